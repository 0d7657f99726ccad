package generator

import "ecomtui/event"

// A visit is one session of one user. It performs its intent step by step; the
// honest and the others differ in their intents only, never in how a step looks.
type visit struct {
	guise
	intent
	stage   stage
	looking uint16 // item
	cart    []line
	order   uint64 // 0 until checkout
	tried   uint8  // payments so far
}

// A line is some pieces of one item in a cart, at the price it was put there.
type line struct {
	item     uint16
	quantity uint8
	location uint8 // of the warehouse that holds it, once reserved
	price    event.Cents
}

// An intent is what somebody comes for.
type intent struct {
	pattern  pattern // of fraud, honest mostly
	joins    bool    // signs up first
	failures uint8   // logins that fail first
	logsIn   bool
	updates  bool // changes the account after logging in
	looks    uint8
	item     uint16 // looked at first, noItem for none
	adds     uint8  // percent of what is looked at goes into the cart
	buys     uint8  // percent of carts go to the checkout
	pieces   uint8  // of a line, at least
	taste    int8   // −1 cheap, 0, 1 dear
	coupon   uint8
	hoards   bool   // reserves, and never pays
	payments uint8  // attempts to pay, at most
	declines uint8  // percent of payments refused
	newCards bool   // another stranger's card for each attempt
	refunds  uint8  // percent of orders refunded; 0 means as usual for the goods
	tempo    uint16 // percent of the usual thinking time
}

const noItem = 1<<16 - 1

// stage is what the visit does next.
type stage uint8

const (
	entering stage = iota
	landing
	joining
	failing
	loggingIn
	updating
	searching
	listing
	selecting
	viewing
	adding
	removing
	reviewing
	checkingOut
	addressing
	entersCard
	paying
	buying
	lapsing // nobody came back to pay: the reservation ends
	gone

	stages = gone
)

// thinking is the median time people take before a stage; machines' own times
// are not scaled by tempo.
var thinking = [stages]event.Millis{
	entering: 0, landing: 400, joining: 35 * second, failing: 7 * second, loggingIn: 9 * second, updating: 25 * second,
	searching: 9 * second, listing: 800, selecting: 11 * second, viewing: 900, adding: 22 * second, removing: 12 * second,
	reviewing: 10 * second, checkingOut: 9 * second, addressing: 24 * second, entersCard: 28 * second,
	paying: 1_500, buying: 350, lapsing: 11 * minute,
}

// byMachine are the stages that no human delays.
const byMachine = 1<<landing | 1<<listing | 1<<viewing | 1<<paying | 1<<buying | 1<<lapsing

func (s *Shop) think(v *visit, next stage) event.Millis {
	usual := int64(thinking[next])
	if byMachine>>next&1 == 1 {
		return event.Millis(s.dice.along(narrow, usual))
	}
	return event.Millis(s.dice.along(wide, usual)) * event.Millis(v.tempo) / 100
}

// begin starts a visit at a moment not before the one at hand.
func (s *Shop) begin(at event.Millis, g guise, in intent) *visit {
	i, v := s.visits.reuse()
	*v = visit{guise: g, intent: in, cart: v.cart[:0], looking: noItem}
	v.session = s.dice.Uint64()
	v.name()
	s.plan(at, step, i)
	return v
}

// step performs the stage of a visit and plans the next.
func (s *Shop) step(ref int32) {
	v := s.visits.at(ref)
	next := s.perform(v)
	if next == gone {
		s.visits.put(ref)
		return
	}
	v.stage = next
	s.plan(s.clock+s.think(v, next), step, ref)
}

// perform does what the visit's stage says, and decides what comes next.
func (s *Shop) perform(v *visit) stage {
	switch v.stage {
	case entering:
		s.act(v, event.SessionStart)
		return landing
	case landing, joining, failing, loggingIn, updating:
		return s.enter(v)
	case searching, listing, selecting, viewing, adding, removing:
		return s.browse(v)
	default:
		return s.checkOut(v)
	}
}

// say makes an event of what the visit does; act publishes it as it is.
func (s *Shop) say(v *visit, name event.Name) *event.Event {
	e := s.start(name, s.clock)
	v.sign(e)
	return e
}

func (s *Shop) act(v *visit, name event.Name) { s.emit(event.UserEvents, s.say(v, name), v.userID) }

// enter is the way from the door to the shelves.
func (s *Shop) enter(v *visit) stage {
	switch v.stage {
	case landing:
		s.act(v, event.PageView)
		if v.joins {
			return joining
		}
	case joining:
		s.act(v, event.SignUp)
		return s.wander(v)
	case failing:
		s.act(v, event.LoginFailed)
		v.failures--
	case loggingIn:
		s.act(v, event.Login)
		v.logsIn = false
		if v.updates {
			return updating
		}
		return s.wander(v)
	case updating:
		s.act(v, event.AccountUpdated)
		return s.wander(v)
	}
	if v.failures > 0 {
		return failing
	}
	if v.logsIn {
		return loggingIn
	}
	return s.wander(v)
}
