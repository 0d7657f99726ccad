package tui

import "ecomtui/event"

// ids are what a row, or a whole view, has to do with. Each of them leads to a
// view of its own, from wherever it is known.
type ids struct {
	user    string
	payment string // transaction_id
	order   string
	item    string
	alert   string
	session string      // of ours, if it is known by its id rather than by its user
	place   event.Place // of a record
	placed  bool        // place is one
	at      event.Millis
	visited bool // the user was in the shop at that moment
}

// or fills up what i does not know with what j does. A moment belongs to its
// user.
func (i ids) or(j ids) ids {
	if i.user == "" {
		i.user = j.user
	}
	if !i.visited && i.user == j.user {
		i.at, i.visited = j.at, j.visited
	}
	if i.payment == "" && i.order == "" {
		i.payment, i.order = j.payment, j.order
	}
	if i.item == "" {
		i.item = j.item
	}
	if i.alert == "" {
		i.alert = j.alert
	}
	if !i.placed {
		i.place, i.placed = j.place, j.placed
	}
	return i
}

// offers are the keys that lead on from here.
func (i ids) offers() (w when) {
	for _, l := range []struct {
		known bool
		key   when
	}{
		{i.user != "", toUser},
		{i.payment != "" || i.order != "", toPayment},
		{i.item != "", toItem},
		{i.user != "" && i.visited || i.session != "", toVisit},
		{i.alert != "", toAlert},
		{i.placed, toRecord},
	} {
		if l.known {
			w |= l.key
		}
	}
	return w
}

// follow opens what a key leads to.
func (i ids) follow(a action, s *scene) view {
	switch a {
	case goUser:
		return newUserView(i.user)
	case goPayment:
		return newPaymentView(i.payment, i.order)
	case goItem:
		return newItem(s, i.item)
	case goVisit:
		if i.session != "" {
			return newVisitOf(s, i.session)
		}
		return newVisitAt(s, i.user, i.at)
	case goAlert:
		return newWhyOf(s, i.alert)
	case goRecord:
		return newRecordView(i.place)
	}
	return nil
}

// leads opens the one view that an id leads to.
func (i ids) leads(s *scene) view {
	for _, l := range []struct {
		known bool
		key   action
	}{{i.user != "", goUser}, {i.item != "", goItem}, {i.order != "" || i.payment != "", goPayment}, {i.session != "", goVisit}, {i.alert != "", goAlert}} {
		if l.known {
			return i.follow(l.key, s)
		}
	}
	return nil
}
