// Package crash names the places at which a crash would hurt most, and ends the
// process there as kill -9 would.
//
// It does so only in a program built with the tag crashpoints, at the place and
// the time that the environment names. In any other build At does nothing and
// costs nothing, and no environment changes that.
package crash

// Env is the environment variable that names the place and the time, such as
// archive-named:2 for the second time that a file has got its name.
const Env = "ECOMTUI_CRASH"

// A Point is a place in the program.
type Point int

// The points, in the order of a run. Each says what has just happened.
const (
	Locked Point = iota // the data directory is ours

	DatabaseWritten // with its schema, under a temporary name
	DatabaseNamed   // the folder is not synced
	MigrationCopied // the backup is made
	MigrationBegun  // a step is done, and not committed
	MigrationMade

	BrokerOpened
	TopicsMade
	UnfinishedRemoved // a file that a crash left under its temporary name
	StrayFound        // a file that no commit lists, still in its place
	StrayIsolated     // it is in quarantine
	StrayReleased     // it has been written again, and is deleted there
	SettingsKept

	StateLoaded  // by the pipeline, which has not read anything
	ShopRestored // from its snapshot, or made
	ShopInvented // what the log holds beyond it; what it lacks is handed over

	SnapshotWritten // under a temporary name, not synced
	SnapshotSynced
	SnapshotNamed // the folder is not synced
	SnapshotKept  // those that are older are still there
	SliceWritten  // handed to the producer, not acknowledged
	SliceFlushed  // acknowledged, and the frontier not moved

	PollTaken   // nobody has it yet
	BatchShared // the archive has it, and the engine not yet

	FileCreated // under a temporary name
	FileClosed  // its footer is written, nothing synced
	FileSynced
	FileNamed  // the folder is not synced
	FileSealed // durable, and in no commit

	CheckpointCopied // and not handed to the committer
	CommitAsked      // for
	CommitBegun
	CommitRows  // of the results collected
	CommitState // of the operators collected
	CommitFlushed
	CommitFiles  // the manifest is written
	CommitLedger // everything is written
	CommitMade   // nobody knows
	TailReplaced // by a file that is committed, and not deleted yet
	TailRemoved
	CommitTold // everybody knows

	RenewCommitted // the engine is about to be made anew
	RenewLoaded
	TrimDue // of the embedded log
	TrimDone
	LogSealed  // the log has ended, its tails are sealed
	LastCopied // the last checkpoint is not handed over

	points // how many there are
)

func (p Point) String() string {
	return [points]string{
		Locked: "locked", DatabaseWritten: "database-written", DatabaseNamed: "database-named",
		MigrationCopied: "migration-copied", MigrationBegun: "migration-begun", MigrationMade: "migration-made",
		BrokerOpened: "broker-opened", TopicsMade: "topics-made",
		UnfinishedRemoved: "unfinished-removed", StrayFound: "stray-found", StrayIsolated: "stray-isolated", StrayReleased: "stray-released",
		SettingsKept: "settings-kept", StateLoaded: "state-loaded", ShopRestored: "shop-restored", ShopInvented: "shop-invented",
		SnapshotWritten: "snapshot-written", SnapshotSynced: "snapshot-synced", SnapshotNamed: "snapshot-named", SnapshotKept: "snapshot-kept",
		SliceWritten: "slice-written", SliceFlushed: "slice-flushed", PollTaken: "poll-taken", BatchShared: "batch-shared",
		FileCreated: "file-created", FileClosed: "file-closed", FileSynced: "file-synced", FileNamed: "file-named", FileSealed: "file-sealed",
		CheckpointCopied: "checkpoint-copied", CommitAsked: "commit-asked", CommitBegun: "commit-begun", CommitRows: "commit-rows",
		CommitState: "commit-state", CommitFlushed: "commit-flushed", CommitFiles: "commit-files", CommitLedger: "commit-ledger",
		CommitMade: "commit-made", TailReplaced: "tail-replaced", TailRemoved: "tail-removed", CommitTold: "commit-told",
		RenewCommitted: "renew-committed", RenewLoaded: "renew-loaded", TrimDue: "trim-due", TrimDone: "trim-done",
		LogSealed: "log-sealed", LastCopied: "last-copied",
	}[p]
}

// Points are all of them.
func Points() []Point {
	all := make([]Point, points)
	for i := range all {
		all[i] = Point(i)
	}
	return all
}
