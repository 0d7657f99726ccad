package analytics

import "ecomtui/event"

// Sales are remembered by ten minutes, for two hours.
const (
	soldSpan  = event.Millis(10 * 60_000) // one bar of the line beside an item
	soldSpans = 12
)

// shelf is what the movements of a position come to, one after the other in
// event time. It is a value: a copy goes on by itself.
type shelf struct {
	onHand      int64
	reserved    int64 // less released and committed; below 0 where more was released than held
	reserves    bool  // a reservation has been seen: until then what is taken was never held
	transferred int64 // arrived less left
	sold        int64 // committed

	started     bool
	first, last event.Millis // movement
	out         event.Millis // since when nothing is left; 0 while there is
	outFor      event.Millis // how long that has been, in all, up to last
	outRate     float64      // sales an hour when it began
	lost        float64      // units not sold meanwhile

	deliveries   int64
	firstArrived event.Millis
	lastArrived  event.Millis
	sent         movement // the last transfer that left

	stretches [soldSpans]stretch
	newest    int64 // number of the newest, in which last is
}

// stretch is ten minutes of a position.
type stretch struct {
	units int64        // committed
	out   event.Millis // without stock
}

func (h *shelf) available() int64 { return available(h.onHand, h.reserved) }

// available is what can be sold. What was released beyond what was held is no
// goods: nothing is reserved, and not less than nothing.
func available(onHand, reserved int64) int64 { return onHand - max(0, reserved) }

func (h *shelf) oversold() bool { return h.available() < 0 }

// step takes the next movement in order.
func (h *shelf) step(m *movement) {
	if !h.started {
		h.started, h.first, h.last = true, m.at, m.at
	}
	h.pass(m.at)
	h.move(m)
	switch left := h.available() > 0; {
	case left && h.out != 0:
		h.out = 0
	case !left && h.out == 0:
		h.out, h.outRate = m.at, h.demand().perHour
	}
}

// pass lets time go on to t. What would have been sold while there was nothing
// is lost: the time times the rate before it.
func (h *shelf) pass(t event.Millis) {
	h.slide(number(t))
	if h.out != 0 && t > h.last {
		const hour = 3_600_000
		h.outFor += t - h.last
		h.lost += h.outRate * float64(t-h.last) / hour
		oldest := event.Millis(h.newest-soldSpans+1) * soldSpan
		for from := max(h.last, oldest); from < t; {
			to := min(t, event.Millis(number(from)+1)*soldSpan)
			h.stretch(number(from)).out += to - from
			from = to
		}
	}
	h.last = max(h.last, t)
}

func (h *shelf) move(m *movement) {
	q := m.quantity
	switch m.what {
	case received:
		h.onHand += q
		h.arrive(m.at)
	case returned, adjusted:
		h.onHand += q
	case transferred:
		h.onHand += q
		h.transferred += q
		if q < 0 {
			h.sent = *m
		}
	case damaged:
		h.onHand -= q
	case reserved:
		h.reserved += q
		h.reserves = true
	case released:
		h.release(q)
	case committed:
		h.onHand -= q
		h.release(q)
		h.sold += q
		h.stretch(h.newest).units += q
	}
}

func (h *shelf) release(q int64) {
	if h.reserves {
		h.reserved -= q
	}
}

func (h *shelf) arrive(t event.Millis) {
	if h.deliveries == 0 {
		h.firstArrived = t
	}
	h.deliveries++
	h.lastArrived = t
}

// ages reports whether time alone changes what the position comes to: what it
// sold is the less an hour, or what it cannot sell adds up.
func (h *shelf) ages() bool { return h.out != 0 || h.sold > 0 }

// number counts stretches since 1970; what is before has none.
func number(t event.Millis) int64 { return max(0, int64(t/soldSpan)) }

// stretch is one of those kept.
func (h *shelf) stretch(n int64) *stretch { return &h.stretches[n%soldSpans] }

// slide makes n the newest.
func (h *shelf) slide(n int64) {
	for n > h.newest {
		h.newest = max(h.newest+1, n-soldSpans+1)
		*h.stretch(h.newest) = stretch{}
	}
}

func (h *shelf) encode(w *writer) {
	for _, b := range []bool{h.reserves, h.started} {
		w.bool(b)
	}
	for _, n := range h.numbers() {
		w.int(*n)
	}
	for _, t := range h.times() {
		w.int(int64(*t))
	}
	w.float(h.outRate)
	w.float(h.lost)
	w.movements([]movement{h.sent})
	for _, s := range h.stretches {
		w.int(s.units)
		w.int(int64(s.out))
	}
}

func (h *shelf) decode(r *reader) {
	h.reserves, h.started = r.bool(), r.bool()
	for _, n := range h.numbers() {
		*n = r.int()
	}
	for _, t := range h.times() {
		*t = r.millis()
	}
	h.outRate, h.lost = r.float(), r.float()
	if sent := r.movements(); len(sent) == 1 {
		h.sent = sent[0]
	} else {
		r.fail()
	}
	for i := range h.stretches {
		h.stretches[i] = stretch{r.int(), r.millis()}
	}
	h.newest = number(h.last)
}

func (h *shelf) numbers() [5]*int64 {
	return [...]*int64{&h.onHand, &h.reserved, &h.transferred, &h.sold, &h.deliveries}
}

func (h *shelf) times() [6]*event.Millis {
	return [...]*event.Millis{&h.first, &h.last, &h.out, &h.outFor, &h.firstArrived, &h.lastArrived}
}
