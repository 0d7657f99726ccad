package generator

import (
	"fmt"
	"math"
	"strings"
	"unicode"

	"github.com/brianvoe/gofakeit/v7"

	"ecomtui/event"
)

// A department is a category as the merchant sees it: what it sells, what that
// costs and how often it comes back.
type department struct {
	name    string
	median  event.Cents // of its prices
	returns float64     // share of its orders that are refunded
	nouns   string
}

// The nouns are the shop's own, since a toaster among the dresses would look
// invented; colours suit everything and come from gofakeit.
var departments = [...]department{
	{"shoes", 7_900, 0.13, "trail-shoes running-shoes sneakers boots sandals loafers slippers"},
	{"clothing", 4_200, 0.14, "jacket hoodie t-shirt jeans dress cardigan shirt shorts"},
	{"accessories", 2_900, 0.06, "belt scarf hat gloves wallet sunglasses beanie"},
	{"bags", 6_400, 0.06, "backpack handbag tote-bag suitcase duffel-bag laptop-bag"},
	{"electronics", 14_900, 0.07, "headphones tablet smartwatch drone camera speaker monitor"},
	{"computer-accessories", 3_900, 0.05, "keyboard mouse usb-hub webcam charger docking-station"},
	{"kitchenware", 3_400, 0.03, "frying-pan kettle knife-set cutting-board mug teapot wok"},
	{"furniture", 18_900, 0.04, "desk chair bookcase nightstand sofa coffee-table shelf"},
	{"lighting", 4_600, 0.04, "desk-lamp floor-lamp ceiling-lamp lantern string-lights"},
	{"sports", 3_600, 0.05, "yoga-mat dumbbell jump-rope helmet tent sleeping-bag bottle"},
	{"toys", 2_400, 0.03, "puzzle board-game building-set plush-bear kite train-set"},
	{"beauty", 1_900, 0.02, "face-cream shampoo perfume lipstick hair-dryer razor"},
}

// An item is what one slug stands for.
type item struct {
	id       string
	term     string // what people type to find it
	category uint8
	price    event.Cents
	cards    int // of the deck: its share of the interest
	tight    bool
	cover    float64 // days of sales that a full stock holds
}

// A catalogue is what the shop sells. Interest in items has a long tail; a deck
// of cards, each with an item on it, turns drawing by popularity into one look-up.
type catalogue struct {
	items   []item
	deck    [deckSize]uint16
	shelves [len(departments)][]uint16 // the deck's cards by category
	popular []uint16                   // items, most popular first
}

const (
	itemCount = 600
	deckSize  = 8192

	// Interest in the item of rank r is in proportion to (r+flat)^-steep. With
	// these the first twenty items draw a quarter of the interest.
	flat, steep = 8, 1.0

	tightItems = 24 // bought too short by the merchant, on purpose: shops have sold-out items
)

func newCatalogue(seed uint64) *catalogue {
	d := dice(mix(seed, 0xca7a1096))
	fake := gofakeit.NewFaker(&d, false)
	c := &catalogue{items: make([]item, itemCount)}
	for i := range c.items {
		category := uint8(i % len(departments))
		name := slug(fake, &d, category)
		c.items[i] = item{
			id:       fmt.Sprintf("%s-%04d", name, i+1),
			term:     strings.ReplaceAll(name, "-", " "),
			category: category,
			price:    price(&d, departments[category].median),
		}
	}
	c.rank(&d)
	c.tighten(&d)
	return c
}

// slug is a readable name: navy-desk, dark-olive-green-boots.
func slug(fake *gofakeit.Faker, d *dice, category uint8) string {
	const longest = 16 // characters of a colour that a screen has room for
	nouns := strings.Fields(departments[category].nouns)
	colour := dashed(fake.Color())
	if len(colour) > longest || d.likely(0.4) {
		colour = dashed(fake.SafeColor())
	}
	return colour + "-" + nouns[d.below(len(nouns))]
}

// dashed turns DarkOliveGreen into dark-olive-green.
func dashed(name string) string {
	var b strings.Builder
	for i, r := range name {
		if i > 0 && unicode.IsUpper(r) {
			b.WriteByte('-')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// price looks like one: 49.90 below a hundred, 129.00 above.
func price(d *dice, median event.Cents) event.Cents {
	cents := event.Cents(d.along(wide, int64(median)))
	if cents > 10_000 {
		return cents / 1_000 * 1_000
	}
	return max(cents/100*100-10, 290)
}

// rank deals the deck: every item gets at least one card.
func (c *catalogue) rank(d *dice) {
	c.popular = make([]uint16, len(c.items))
	for i := range c.popular {
		j := d.below(i + 1)
		c.popular[i], c.popular[j] = c.popular[j], uint16(i)
	}
	total := 0.0
	for r := range c.popular {
		total += math.Pow(float64(r+flat), -steep)
	}
	dealt := 0
	for r := len(c.popular) - 1; r >= 0; r-- {
		it := &c.items[c.popular[r]]
		it.cards = max(1, int(math.Round(deckSize*math.Pow(float64(r+flat), -steep)/total)))
		if r == 0 {
			it.cards = deckSize - dealt // what rounding left over
		}
		for range it.cards {
			c.deck[dealt] = c.popular[r]
			dealt++
			c.shelves[it.category] = append(c.shelves[it.category], c.popular[r])
		}
	}
}

// tighten decides how many days of sales the merchant keeps of each item. The
// first tight ones last minutes, so that a young shop has its stock-out too.
func (c *catalogue) tighten(d *dice) {
	const days = 1. / 24 // in an hour
	for i := range c.items {
		c.items[i].cover = float64(d.between(30, 90)) / 10
	}
	for n := range tightItems {
		it := &c.items[c.popular[2+n*3+d.below(3)]]
		it.tight = true
		it.cover = float64(d.between(5, 25)) / 10 * days
		if n < tightItems/3 {
			it.cover = float64(d.between(10, 25)) / 100 * days
		}
	}
}

// any draws an item by popularity; of does so within a category.
func (c *catalogue) any(d *dice) uint16 { return c.deck[d.below(deckSize)] }

func (c *catalogue) of(d *dice, category uint8) uint16 {
	shelf := c.shelves[category]
	return shelf[d.below(len(shelf))]
}
