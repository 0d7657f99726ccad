-- The tables of one data directory. People will query them: money is in cents
-- of the shop's currency, times are milliseconds since 1970 UTC of event time
-- unless a comment says otherwise, spans are half-open, and flags are 0 or 1.
-- A row with final = 0 is early: it may still change or go.
--
-- Every table belongs to the newest row of checkpoint: its final rows are the
-- exact answer to the records before next_offset, whenever you look. Early rows
-- follow within ten seconds, or a minute while catching up.
--
-- What changes here needs a new user_version and a step in open.go.

-- Counts and sums of one window, for the whole shop (dimension 'all', value '')
-- or for one value of a dimension. Ratios are yours to make: sums add up.
CREATE TABLE kpi (
	grain          TEXT    NOT NULL, -- window, hour, day
	start_ms       INTEGER NOT NULL,
	end_ms         INTEGER NOT NULL,
	dimension      TEXT    NOT NULL, -- all, category, country, device, payment_method
	value          TEXT    NOT NULL,
	events         INTEGER NOT NULL,
	page_views     INTEGER NOT NULL,
	visitors       INTEGER NOT NULL, -- distinct users, estimated
	sessions       INTEGER NOT NULL, -- ended in the window, like the next five
	viewed         INTEGER NOT NULL, -- had view_item
	carted         INTEGER NOT NULL, -- had add_to_cart
	checkouts      INTEGER NOT NULL, -- had begin_checkout
	paying         INTEGER NOT NULL, -- had add_payment_info
	converted      INTEGER NOT NULL, -- had purchase
	orders         INTEGER NOT NULL,
	units          INTEGER NOT NULL,
	gross_cents    INTEGER NOT NULL,
	discount_cents INTEGER NOT NULL,
	refund_cents   INTEGER NOT NULL,
	net_cents      INTEGER NOT NULL, -- gross − discount − refund
	refunds        INTEGER NOT NULL,
	disputes       INTEGER NOT NULL,
	authorized     INTEGER NOT NULL,
	declined       INTEGER NOT NULL,
	searches       INTEGER NOT NULL, -- events, like the next four
	item_views     INTEGER NOT NULL,
	cart_adds      INTEGER NOT NULL,
	checkout_begins INTEGER NOT NULL,
	payment_infos  INTEGER NOT NULL,
	order_p50_cents INTEGER NOT NULL, -- less discounts; of n orders by amount the one at rank 0.5 (n - 1), from 0, rounded down; within 1 %; of dimension 'all', like the next three
	order_p95_cents INTEGER NOT NULL,
	session_p50_ms INTEGER NOT NULL, -- of ended sessions, likewise
	session_p95_ms INTEGER NOT NULL,
	anomalies      TEXT    NOT NULL, -- JSON: [{kpi, value, usual, z}], of final rows of dimension 'all'
	final          INTEGER NOT NULL,
	PRIMARY KEY (grain, start_ms, dimension, value)
) STRICT, WITHOUT ROWID;

-- Each window of the whole shop beside the one before it and the one of 24 hours
-- ago, which is another hour of the clock on the day on which clocks change; NULL
-- where there was none.
CREATE VIEW kpi_change AS
SELECT w.start_ms, w.end_ms, w.final,
	w.events, b.events AS events_before, y.events AS events_yesterday,
	w.visitors, b.visitors AS visitors_before, y.visitors AS visitors_yesterday,
	w.orders, b.orders AS orders_before, y.orders AS orders_yesterday,
	w.net_cents, b.net_cents AS net_cents_before, y.net_cents AS net_cents_yesterday,
	w.sessions, b.sessions AS sessions_before, y.sessions AS sessions_yesterday,
	w.converted, b.converted AS converted_before, y.converted AS converted_yesterday,
	w.authorized, b.authorized AS authorized_before, y.authorized AS authorized_yesterday,
	w.declined, b.declined AS declined_before, y.declined AS declined_yesterday
FROM kpi w
LEFT JOIN kpi b ON (b.grain, b.start_ms, b.dimension, b.value) = (w.grain, w.start_ms - (w.end_ms - w.start_ms), w.dimension, w.value)
LEFT JOIN kpi y ON (y.grain, y.start_ms, y.dimension, y.value) = (w.grain, w.start_ms - 86400000, w.dimension, w.value)
WHERE w.grain = 'window' AND w.dimension = 'all';

-- What sold best in a window (once it is final), an hour and a day, by revenue.
CREATE TABLE top_item (
	grain       TEXT    NOT NULL, -- as in kpi
	start_ms    INTEGER NOT NULL,
	rank        INTEGER NOT NULL, -- from 1
	end_ms      INTEGER NOT NULL,
	item_id     TEXT    NOT NULL,
	orders      INTEGER NOT NULL,
	units       INTEGER NOT NULL,
	gross_cents INTEGER NOT NULL,
	final       INTEGER NOT NULL,
	PRIMARY KEY (grain, start_ms, rank)
) STRICT, WITHOUT ROWID;

-- One visit. While it is open a user has one row, under a key of the user's.
CREATE TABLE session (
	session_id    TEXT    NOT NULL PRIMARY KEY, -- ours, not the client's
	user_id       TEXT    NOT NULL,
	start_ms      INTEGER NOT NULL, -- first event
	end_ms        INTEGER NOT NULL, -- last event
	events        INTEGER NOT NULL,
	page_views    INTEGER NOT NULL,
	cart_cents    INTEGER NOT NULL, -- in the cart at the end
	orders        INTEGER NOT NULL,
	revenue_cents INTEGER NOT NULL,
	entry         TEXT    NOT NULL, -- first and last event: its name, and a blank and the item_id if it has one
	exit          TEXT    NOT NULL,
	country       TEXT    NOT NULL,
	device        TEXT    NOT NULL,
	viewed        INTEGER NOT NULL, -- had view_item, like the next three
	carted        INTEGER NOT NULL,
	checked_out   INTEGER NOT NULL,
	paying        INTEGER NOT NULL,
	engaged       INTEGER NOT NULL,
	converted     INTEGER NOT NULL,
	journey       TEXT    NOT NULL, -- JSON: [{event, time, item, value_cents, topic, partition, offset}]; [] while the visit is open
	final         INTEGER NOT NULL
) STRICT;

CREATE INDEX session_ended ON session (end_ms) WHERE final = 1;
CREATE INDEX session_user ON session (user_id);

-- A payment and how far it has come. News of a refund may come before the
-- payment itself, so a row is what the best of its rows so far say: status
-- from the farthest, the rest from the authorization or refusal.
CREATE TABLE payment (
	transaction_id   TEXT    NOT NULL PRIMARY KEY,
	order_id         TEXT    NOT NULL,
	user_id          TEXT    NOT NULL,
	event_ms         INTEGER NOT NULL,
	status           TEXT    NOT NULL, -- declined < authorized < refunded < disputed
	outcome          TEXT    NOT NULL, -- declined, authorized, or '' while only a refund or dispute is known
	value_cents      INTEGER NOT NULL,
	currency         TEXT    NOT NULL,
	card_fingerprint TEXT    NOT NULL,
	card_country     TEXT    NOT NULL,
	ip_country       TEXT    NOT NULL,
	device_id        TEXT    NOT NULL,
	topic            TEXT    NOT NULL, -- where the authorization or refusal stands in the log; until it is known, the refund or dispute
	partition        INTEGER NOT NULL,
	offset           INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX payment_user ON payment (user_id);
CREATE INDEX payment_order ON payment (order_id);

-- A suspicion. Its id is a function of the rule and the event that tripped it
-- first; while it goes on about its subject it grows, and the row is of its
-- newest event.
CREATE TABLE alert (
	alert_id       TEXT    NOT NULL PRIMARY KEY,
	rule           TEXT    NOT NULL,
	pattern        TEXT    NOT NULL,
	user_id        TEXT    NOT NULL,
	transaction_id TEXT    NOT NULL,
	order_id       TEXT    NOT NULL,
	event_ms       INTEGER NOT NULL, -- what tripped the rule
	raised_ms      INTEGER NOT NULL, -- its record timestamp
	confirmed_ms   INTEGER NOT NULL, -- 0 until then
	score          INTEGER NOT NULL, -- 0–100, by this rule
	level          TEXT    NOT NULL, -- normal, elevated, highest
	action         TEXT    NOT NULL, -- allow, request_3ds, review, block
	value_cents    INTEGER NOT NULL,
	state          TEXT    NOT NULL, -- early, confirmed, withdrawn
	why            TEXT    NOT NULL, -- one sentence
	silent         TEXT    NOT NULL, -- what would have kept the rule silent
	signals        TEXT    NOT NULL, -- JSON: [{name, value, limit, unit}]
	evidence       TEXT    NOT NULL, -- JSON: [{event, time, item, value_cents, topic, partition, offset}]
	subject_kind   TEXT    NOT NULL DEFAULT '', -- payment, user, device, card, ip
	subject_id     TEXT    NOT NULL DEFAULT '',
	risk           INTEGER NOT NULL DEFAULT 0, -- 0–100, by all rules that spoke about that event; score is this rule's
	model          INTEGER NOT NULL DEFAULT 0, -- 0–100, how probably that payment is fraud, as labels have taught
	anomaly        INTEGER NOT NULL DEFAULT 0  -- 0–100, how unusual that payment is; 100 is one in a thousand
) STRICT;

CREATE INDEX alert_newest ON alert (event_ms);
CREATE INDEX alert_user ON alert (user_id);

-- The position of one item at one location, as of its last movement. What sells, or
-- is sold out, is written anew whenever event time has passed a full ten minutes.
CREATE TABLE stock (
	item_id           TEXT    NOT NULL,
	location_id       TEXT    NOT NULL,
	on_hand           INTEGER NOT NULL,
	reserved          INTEGER NOT NULL, -- below 0 where more was released than held
	available         INTEGER NOT NULL, -- on_hand − reserved, if that is above 0; below 0 is oversold
	incoming          INTEGER NOT NULL, -- has left another location and arrived nowhere yet: for any but the sender
	reorder_point     INTEGER NOT NULL, -- demand over the lead time + safety stock
	suggested         INTEGER NOT NULL, -- to order now
	sold_per_hour     REAL    NOT NULL, -- of the last two hours, while there was stock; before it was sold out, if it is
	days_of_cover     REAL    NOT NULL, -- negative where nothing sells
	stockout_eta_ms   INTEGER NOT NULL, -- 0 where nothing sells
	stockout_from_ms  INTEGER NOT NULL, -- nine times in ten it is between these two
	stockout_to_ms    INTEGER NOT NULL,
	sold_out_since_ms INTEGER NOT NULL, -- 0 while available
	out_for_ms        INTEGER NOT NULL, -- how long nothing was available, in all
	units_sold        INTEGER NOT NULL, -- in all
	lost_sales        REAL    NOT NULL, -- units: out-of-stock time × the sales rate before it
	sell_through_rate REAL    NOT NULL, -- units_sold / (units_sold + on_hand)
	in_stock_rate     REAL    NOT NULL, -- units_sold / (units_sold + lost_sales)
	updated_ms        INTEGER NOT NULL, -- its last movement
	sold              TEXT    NOT NULL, -- JSON: units by ten minutes, oldest first
	PRIMARY KEY (item_id, location_id)
) STRICT, WITHOUT ROWID;

-- Where payments, orders and stock differ. It opens at the event time at which it
-- was due to be right, and closes with the event that makes it so.
CREATE TABLE reconciliation (
	kind      TEXT    NOT NULL, -- purchase_without_movement, movement_without_purchase, double_decrement, reservation_not_released, oversell
	key       TEXT    NOT NULL, -- order_id/item_id, of oversell item_id/location_id; a / in the first is %2F
	opened_ms INTEGER NOT NULL,
	closed_ms INTEGER NOT NULL, -- 0 while open
	evidence  TEXT    NOT NULL, -- JSON: [{event, time, item, topic, partition, offset}]
	PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX reconciliation_open ON reconciliation (opened_ms) WHERE closed_ms = 0;

-- Ranked lists of items, without what is sold out. What is trending belongs to
-- no item: item_id ''. A list is made anew when its turn comes and its items have
-- changed, so when it was made, and its scores, depend on the pace of the run until the log has ended; what is trending does to the end.
CREATE TABLE recommendation (
	item_id             TEXT    NOT NULL,
	kind                TEXT    NOT NULL, -- next, seen_with, bought_with, trending
	rank                INTEGER NOT NULL,
	recommended_item_id TEXT    NOT NULL,
	score               REAL    NOT NULL,
	category            TEXT    NOT NULL DEFAULT '', -- of trending only, like all that follow
	views               INTEGER NOT NULL DEFAULT 0,
	usual_views         REAL    NOT NULL DEFAULT 0,
	carts               INTEGER NOT NULL DEFAULT 0,
	orders              INTEGER NOT NULL DEFAULT 0,
	price_cents         INTEGER NOT NULL DEFAULT 0,
	usual_price_cents   INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (item_id, kind, rank)
) STRICT, WITHOUT ROWID;

-- A commit a row, the newest 10,000, with the running totals of records:
-- consumed = aggregated + late + future + duplicate + tombstone + poison.
CREATE TABLE checkpoint (
	id         INTEGER NOT NULL PRIMARY KEY, -- counts the commits, from 1
	at_ms      INTEGER NOT NULL, -- wall time
	consumed   INTEGER NOT NULL,
	aggregated INTEGER NOT NULL,
	late       INTEGER NOT NULL,
	future     INTEGER NOT NULL,
	duplicate  INTEGER NOT NULL,
	tombstone  INTEGER NOT NULL,
	poison     INTEGER NOT NULL,
	totals     TEXT             -- JSON: every total, in the newest row only
) STRICT;

-- The next record that a reader wants. Kafka's own group offsets are not read.
CREATE TABLE next_offset (
	reader    TEXT    NOT NULL, -- engine, archive
	topic     TEXT    NOT NULL,
	partition INTEGER NOT NULL,
	next      INTEGER NOT NULL,
	PRIMARY KEY (reader, topic, partition)
) STRICT, WITHOUT ROWID;

-- The archive's manifest. A file that is not here does not count.
CREATE TABLE archive_file (
	path      TEXT    NOT NULL PRIMARY KEY, -- relative to the archive's folder
	topic     TEXT    NOT NULL,
	partition INTEGER NOT NULL,
	first     INTEGER NOT NULL, -- offsets, both included
	last      INTEGER NOT NULL,
	rows      INTEGER NOT NULL,
	bytes     INTEGER NOT NULL,
	sha256    TEXT    NOT NULL,
	tail      INTEGER NOT NULL  -- sealed only because a run ended: a later one replaces it
) STRICT, WITHOUT ROWID;

CREATE INDEX archive_file_place ON archive_file (topic, partition, first);

-- Samples of records that were not aggregated: of each reason and partition
-- those with the greatest offsets.
CREATE TABLE dead_letter (
	topic     TEXT    NOT NULL,
	partition INTEGER NOT NULL,
	offset    INTEGER NOT NULL,
	reason    TEXT    NOT NULL, -- syntax, schema, ambiguous, range, limits, future_version, late, future, behind
	sample    BLOB    NOT NULL, -- the first bytes of the value, as received
	PRIMARY KEY (topic, partition, offset)
) STRICT;

CREATE INDEX dead_letter_reason ON dead_letter (reason, topic, partition, offset);

-- The fraud rules that judge what happened at an event time or later, until the
-- next version does. Version 1 judges from the beginning.
CREATE TABLE ruleset (
	version      INTEGER NOT NULL PRIMARY KEY,
	effective_ms INTEGER NOT NULL,
	text         TEXT    NOT NULL  -- YAML, with every parameter, as --rules takes it
) STRICT;

-- Offsets that the log no longer had when they were wanted, or would not give.
CREATE TABLE gap (
	topic     TEXT    NOT NULL,
	partition INTEGER NOT NULL,
	first     INTEGER NOT NULL, -- offsets, both included
	last      INTEGER NOT NULL,
	cause     TEXT    NOT NULL, -- retention; retention, counted and not archived; a batch too large when decompressed
	at_ms     INTEGER NOT NULL, -- wall time
	PRIMARY KEY (topic, partition, first)
) STRICT, WITHOUT ROWID;

-- Alerts on their way out.
CREATE TABLE outbox (
	alert_id    TEXT    NOT NULL,
	channel     TEXT    NOT NULL,
	state       TEXT    NOT NULL,
	attempts    INTEGER NOT NULL,
	next_try_ms INTEGER NOT NULL, -- wall time
	payload     TEXT    NOT NULL,
	PRIMARY KEY (alert_id, channel)
) STRICT, WITHOUT ROWID;

-- What operators remember between runs, as bytes that only they read.
CREATE TABLE state (
	operator TEXT NOT NULL,
	key      TEXT NOT NULL,
	value    BLOB NOT NULL,
	PRIMARY KEY (operator, key)
) STRICT, WITHOUT ROWID;

-- What fixed the numbers at the first start, and in history_from_ms the event time
-- before which final rows have been deleted since.
CREATE TABLE setting (
	name  TEXT NOT NULL PRIMARY KEY,
	value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 4;
