package analytics

import "ecomtui/event"

// Alerts that wait for labels are part of the state.

func (a *AlertRow) texts() [13]*string {
	return [...]*string{
		&a.ID, &a.Rule, &a.Pattern, &a.SubjectKind, &a.SubjectID, &a.UserID, &a.TransactionID, &a.OrderID,
		&a.Level, &a.Action, (*string)(&a.State), &a.Why, &a.Silent,
	}
}

func (a *AlertRow) numbers() [7]*int64 {
	return [...]*int64{
		(*int64)(&a.At), (*int64)(&a.Raised), (*int64)(&a.Confirmed), &a.Score, &a.Risk, &a.Anomaly, (*int64)(&a.Value),
	}
}

func (a *AlertRow) encode(w *writer) {
	for _, s := range a.texts() {
		w.string(*s)
	}
	for _, n := range a.numbers() {
		w.int(*n)
	}
	w.bool(a.Declined)
	w.int(int64(len(a.Signals)))
	for _, s := range a.Signals {
		w.string(s.Name)
		w.float(s.Value)
		w.float(s.Limit)
		w.string(s.Unit)
	}
	w.int(int64(len(a.Evidence)))
	for i := range a.Evidence {
		a.Evidence[i].encode(w)
	}
}

func (a *AlertRow) decode(r *reader) {
	for _, s := range a.texts() {
		*s = r.string()
	}
	for _, n := range a.numbers() {
		*n = r.int()
	}
	a.Declined = r.bool()
	for range r.count() {
		a.Signals = append(a.Signals, Signal{Name: r.string(), Value: r.float(), Limit: r.float(), Unit: r.string()})
	}
	for range r.count() {
		a.Evidence = append(a.Evidence, decodeStep(r))
	}
}

func (s *Step) encode(w *writer) {
	w.string(string(s.Name))
	w.int(int64(s.Time))
	w.string(s.Item)
	w.int(int64(s.Value))
	w.place(s.Place)
}

func decodeStep(r *reader) Step {
	return Step{event.Name(r.string()), event.Millis(r.int()), r.string(), event.Cents(r.int()), r.place()}
}
