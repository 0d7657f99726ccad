package analytics

import "ecomtui/event"

// A Window is a half-open span of event time, [Start, End).
type Window struct{ Start, End event.Millis }

// An Update is one row of one result table: it replaces the row with the same
// key, or deletes it. It is early while the row may still change and final
// afterwards. The set is sealed: store, Board and codec handle every kind, and
// a test fails when one is forgotten.
type Update interface {
	// Key tells apart the rows of all tables.
	Key() Key
	update()
}

// Key is an Update's identity. Which fields are used depends on Table.
type Key struct {
	Table Table
	A, B  string
	N     int64
}

// Table names the kind of row.
type Table uint8

// The tables, one a row type.
const (
	KPITable Table = iota
	PulseTable
	SessionTable
	PaymentTable
	AlertTable
	StockTable
	ReconciliationTable
	TrendingTable
	DeadLetterTable
	TopItemTable
	RecommendationTable
	LiveTable
	RulesetTable

	TableCount
)

// KPIRow holds the counts and sums of one window, for the whole shop
// (Dimension "all", Value "") or for one value of a dimension. Ratios are the
// reader's to make: sums add up, ratios do not.
//
// A session counts in the windows that hold the moment its inactivity gap ran
// out, so that a window can close without waiting for sessions.
type KPIRow struct {
	Grain     string // GrainWindow, GrainHour, GrainDay
	Window    Window
	Dimension string // all, category, country, device, payment_method
	Value     string

	Events, PageViews           int64
	Visitors                    int64 // distinct users, estimated by HyperLogLog; of dimension "all" only
	Sessions                    int64 // ended
	Viewed, Carted              int64 // ended sessions that had view_item, add_to_cart
	Checkouts, Paying           int64 // ended sessions that had begin_checkout, add_payment_info
	Converted                   int64 // ended sessions that had a purchase
	Orders, Units               int64
	Gross, Discount, Refund     event.Cents
	Refunds, Disputes           int64
	Authorized, Declined        int64
	SearchCount, ViewItemEvents int64
	AddToCartEvents             int64
	BeginCheckoutEvents         int64
	AddPaymentInfoEvents        int64

	OrderP50, OrderP95     event.Cents  // of what an order came to, less its discount; of dimension "all" only
	SessionP50, SessionP95 event.Millis // of how long an ended session was; of dimension "all" only

	Anomalies []Anomaly // of final rows of dimension "all": what is far from usual
	Final     bool
}

// Net is gross revenue less discounts and refunds.
func (r *KPIRow) Net() event.Cents { return r.Gross - r.Discount - r.Refund }

func (r KPIRow) Key() Key {
	return Key{Table: KPITable, A: r.Grain + "/" + r.Dimension, B: r.Value, N: int64(r.Window.Start)}
}

// PulseRow is what happened in one second, or one minute, of event time. It
// feeds sparklines and the figures of the last five minutes; it is never final
// and no table keeps it: the engine's state does, for ten
// minutes and three hours.
type PulseRow struct {
	Step event.Millis // 1,000 or 60,000
	At   event.Millis // start of the span

	Events, PageViews, ViewItems        int64
	AddToCarts, Checkouts, PaymentInfos int64
	SessionStarts                       int64
	Orders, Units                       int64
	Gross, Net                          event.Cents
	Authorized, Declined                int64
}

func (r PulseRow) Key() Key {
	return Key{Table: PulseTable, N: int64(r.At)<<1 | int64(r.Step/60_000)}
}

// Step is one event of a journey or of an alert's evidence, with the place of
// its record.
type Step struct {
	Name  event.Name
	Time  event.Millis
	Item  string // item_id, if it had one
	Value event.Cents
	Place event.Place
}

// SessionRow is one visit: a user's events with no gap of --session-gap
// between them. While it is open a user has one row, keyed by the user alone;
// when it is final its ID is a hash of user and start, and the open row is
// replaced or deleted.
type SessionRow struct {
	ID         string
	UserID     string
	Start, End event.Millis // first and last event
	Events     int64
	PageViews  int64
	Cart       event.Cents // value in the cart at the end: added less removed, 0 after a purchase
	Orders     int64
	Revenue    event.Cents
	Entry      string // name, and item if any, of the first and last event
	Exit       string
	Country    string // of the ip, last seen
	Device     string // device_category, last seen
	Viewed     bool   // had a view_item
	Carted     bool   // had an add_to_cart
	CheckedOut bool   // had a begin_checkout
	Paying     bool   // had an add_payment_info
	Engaged    bool   // ≥ 10 s, or a purchase, or ≥ 2 page views
	Converted  bool   // had a purchase
	Journey    Journey
	Final      bool
	Deleted    bool // the row with this ID is to go
}

func (r SessionRow) Key() Key { return Key{Table: SessionTable, A: r.ID} }

// PaymentStatus is how far a payment has come. A later one wins.
type PaymentStatus string

// The statuses, in the order in which one overrides another.
const (
	Declined   PaymentStatus = "declined"
	Authorized PaymentStatus = "authorized"
	Refunded   PaymentStatus = "refunded"
	Disputed   PaymentStatus = "disputed"
)

// PaymentRow is a payment: an authorization, a refusal, or only the news that
// it was refunded or disputed (then all but TransactionID, OrderID, UserID and
// Status are zero, and the row kept is left as it is but for its status).
type PaymentRow struct {
	TransactionID, OrderID, UserID string
	At                             event.Millis
	Status                         PaymentStatus
	Value                          event.Cents
	Currency                       string
	CardFingerprint, CardCountry   string
	IPCountry, DeviceID            string
	Place                          event.Place
}

// Key has status and place in it: the rows of a payment add up in the store, so
// none replaces another before it gets there.
func (r PaymentRow) Key() Key {
	return Key{Table: PaymentTable, A: r.TransactionID, B: string(r.Status) + " " + r.Place.String()}
}

// AlertState is where an alert stands.
type AlertState string

const (
	AlertEarly     AlertState = "early"     // raised on arrival; the order of events may still change it
	AlertConfirmed AlertState = "confirmed" // the watermark has passed it: final
	AlertWithdrawn AlertState = "withdrawn" // judged in order, it was none: final
)

// Signal is one measurement that made a rule speak.
type Signal struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Limit float64 `json:"limit"`
	Unit  string  `json:"unit,omitempty"`
}

// AlertRow is one suspicion. Its ID is a function of the rule and the event
// that tripped it, so replaying the log raises the same alert and no second.
// While it goes on about its subject it grows: the same ID, with the newest
// event, score, money and evidence.
type AlertRow struct {
	ID            string
	Rule          string
	Pattern       string
	SubjectKind   string // payment, user, device, session, card or ip
	SubjectID     string
	UserID        string
	TransactionID string
	OrderID       string
	At            event.Millis // event time of what tripped the rule
	Raised        event.Millis // its record timestamp: when the log first showed it
	Confirmed     event.Millis // At plus lateness, the earliest the watermark can say so; 0 until then
	Score         int64        // 0–100, by this rule alone
	Model         int64        // 0–100, by the model: how probably the payment is fraud
	Anomaly       int64        // 0–100, how unusual the payment is: 100 is one in a thousand
	Risk          int64        // 0–100, by all rules that spoke about what tripped it, and a little by its being unusual
	Level         string       // normal, elevated (≥ 65), highest (≥ 75)
	Action        string       // allow, request_3ds, review, block
	Value         event.Cents  // of the payment it is about, or of all authorized payments that it has named
	Declined      bool         // the payment was refused: nothing is lost yet
	State         AlertState
	Why           string // one sentence for people
	Silent        string // what would have kept the rule silent
	Signals       []Signal
	Evidence      []Step // the events that made the rule speak, oldest first
}

func (r AlertRow) Key() Key { return Key{Table: AlertTable, A: r.ID} }

// StockRow is the position of one item at one location, as of its last movement or
// the last full ten minutes that the watermark has passed, whichever is later.
type StockRow struct {
	ItemID, LocationID string
	OnHand, Reserved   int64
	Incoming           int64        // has left another location of the item and arrived nowhere yet; where it goes is known then
	ReorderPoint       int64        // demand over the lead time + safety stock
	Suggested          int64        // to order now
	SoldPerHour        float64      // of the last two hours, while there was stock; before it was sold out, if it is
	DaysOfCover        float64      // available over the sales rate; negative where nothing sells
	StockoutETA        event.Millis // 0 where nothing sells
	StockoutFrom       event.Millis // nine times in ten it is between these two
	StockoutTo         event.Millis
	SoldOutSince       event.Millis // 0 while available
	OutFor             event.Millis // how long there was nothing available, in all
	UnitsSold          int64        // in all
	LostSales          float64      // units: out-of-stock time × the sales rate before it
	Updated            event.Millis // last movement
	Sold               []int64      // units by ten minutes of event time, oldest first: the line beside the item
}

// Available is what can be sold: on_hand − reserved, where reserved below 0, which
// is more released than was held, counts as nothing.
func (r *StockRow) Available() int64 { return available(r.OnHand, r.Reserved) }

// SellThrough is units sold of those sold and those still there; 0 of none.
func (r *StockRow) SellThrough() float64 {
	return fraction(float64(r.UnitsSold), float64(max(0, r.OnHand)))
}

// InStock is units sold of those that would have been sold, had there always
// been stock; 0 of none.
func (r *StockRow) InStock() float64 { return fraction(float64(r.UnitsSold), r.LostSales) }

func fraction(part, rest float64) float64 {
	if part <= 0 {
		return 0
	}
	return part / (part + rest)
}

func (r StockRow) Key() Key { return Key{Table: StockTable, A: r.ItemID, B: r.LocationID} }

// TrendingRow is one line of the list of items that draw more interest than
// usual, best first. Rows beyond the list's end are deleted.
type TrendingRow struct {
	Rank       int64
	ItemID     string
	Category   string
	Score      float64 // interest in the last window over what is usual
	Views      int64   // view_item in the last window
	Usual      float64 // the same, by the hour before
	Carts      int64
	Orders     int64
	Price      event.Cents // last seen
	UsualPrice event.Cents // greatest of the last day: lower Price is a sale
	Deleted    bool
}

func (r TrendingRow) Key() Key { return Key{Table: TrendingTable, N: r.Rank} }

// DeadLetterRow is a sample of a record that was not aggregated.
type DeadLetterRow struct {
	Place  event.Place
	Reason string // a poison reason, late, future or behind
	Sample []byte // the first bytes of its value
}

func (r DeadLetterRow) Key() Key {
	return Key{Table: DeadLetterTable, A: r.Place.Topic.String(), B: string(rune(r.Place.Partition)), N: r.Place.Offset}
}

func (KPIRow) update()        {}
func (PulseRow) update()      {}
func (SessionRow) update()    {}
func (PaymentRow) update()    {}
func (AlertRow) update()      {}
func (StockRow) update()      {}
func (TrendingRow) update()   {}
func (DeadLetterRow) update() {}

// Early reports whether u may still change by itself, without the world
// changing: a window or a session that is open. The engine makes such rows
// again after a restart.
func Early(u Update) bool {
	switch u := u.(type) {
	case KPIRow:
		return !u.Final
	case SessionRow:
		return !u.Final && !u.Deleted
	case TopItemRow:
		return !u.Final
	case PulseRow, LiveRow:
		return true
	}
	return false // of lists neither: one row of stock can make them wrong, and it does not wait
}
