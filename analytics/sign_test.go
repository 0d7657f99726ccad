package analytics

import (
	"testing"

	"pgregory.net/rapid"
)

// The payment alone comes to what it comes to beside an act that counts nothing.
func TestTallyOf_alone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SampledFrom([]string{"", "a", "400000-1", "40000000-1", "4000-1"})
		var texts actTexts
		for _, s := range texts.list() {
			*s = text.Draw(t, "text")
		}
		a := saying(act{kind: rapid.SampledFrom([]kind{paid, refused}).Draw(t, "kind")}, texts)
		if alone, beside := tallyOf([]*act{a}, a), tallyOf([]*act{{kind: checkedOut}, a}, a); counted(alone) != counted(beside) {
			t.Fatalf("alone %+v, beside another act %+v", alone, beside)
		}
	})
}

// counted is a tally without the texts behind its numbers.
func counted(n tally) tally {
	for _, f := range []*few{&n.baskets, &n.users, &n.cards} {
		*f = few{n: f.n}
	}
	return n
}

// A step of device and amount is of one device alone.
func TestFreshAmountStep_meansOneThing(t *testing.T) {
	whose := map[uint8]uint8{}
	for device := range uint8(3) {
		for amount := range uint8(signSteps) {
			s := freshAmountStep(device, amount)
			if first, taken := whose[s]; taken && first != device || s >= signSteps {
				t.Errorf("step %d is of devices %d and %d", s, first, device)
			}
			whose[s] = device
		}
	}
	if len(whose) != 15 {
		t.Errorf("%d steps", len(whose))
	}
}
