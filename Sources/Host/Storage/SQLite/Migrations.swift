/// The steps that bring a database file from any older shape to the present one.
enum Migrations {
  /// Brings the file up to date in one transaction: it has the old shape or the new one.
  ///
  /// - Throws: `newer` when the file has a shape that this version does not know.
  static func apply(to database: Database) throws(StoreError) {
    let version = try database.query("PRAGMA user_version") { $0.integer() }.first ?? 0
    guard version <= steps.count else {
      throw StoreError(
        .newer,
        "store \(database.path) has shape \(version), and this host knows shapes up to "
          + "\(steps.count); run the newer host")
    }
    guard version < steps.count else { return }
    try database.execute("BEGIN IMMEDIATE")
    do throws(StoreError) {
      for step in steps[Int(version)...] { try database.execute(step) }
      try database.execute("PRAGMA user_version = \(steps.count)")
      try database.execute("COMMIT")
    } catch {
      try? database.execute("ROLLBACK")
      throw error
    }
  }

  /// Step n brings shape n to shape n + 1. A step that was released is never changed.
  static let steps: [String] = [
    scheduling + configuration + market, auditOfWhat, outbox, books,
  ]

  private static let scheduling = """
    CREATE TABLE slots (
      job TEXT NOT NULL, kind TEXT NOT NULL, slot INTEGER NOT NULL, attempt INTEGER NOT NULL,
      generation INTEGER NOT NULL, run TEXT, outcome TEXT, reason TEXT, superseded_by INTEGER,
      PRIMARY KEY (job, slot, kind, attempt)
    ) WITHOUT ROWID;
    CREATE INDEX slots_open ON slots (slot) WHERE outcome IS NULL;
    CREATE TABLE slot_streaks (
      job TEXT NOT NULL, kind TEXT NOT NULL, first INTEGER NOT NULL, outcome TEXT NOT NULL,
      last INTEGER NOT NULL, count INTEGER NOT NULL,
      PRIMARY KEY (job, kind, first, outcome)
    ) WITHOUT ROWID;
    CREATE TABLE runs (
      id TEXT NOT NULL UNIQUE, job TEXT NOT NULL, kind TEXT NOT NULL, slot INTEGER NOT NULL,
      attempt INTEGER NOT NULL, cause TEXT NOT NULL, started INTEGER, ended INTEGER, outcome TEXT,
      text TEXT, generation INTEGER NOT NULL, plugin_version TEXT, worker INTEGER,
      late_timer INTEGER NOT NULL, late_queue INTEGER NOT NULL, late_wake INTEGER NOT NULL,
      late_start INTEGER NOT NULL, bundles INTEGER NOT NULL
    );
    CREATE INDEX runs_by_job ON runs (job, slot);
    CREATE INDEX runs_by_slot ON runs (slot);
    CREATE INDEX runs_open ON runs (slot) WHERE ended IS NULL;
    CREATE TABLE anchors (
      job TEXT NOT NULL, kind TEXT NOT NULL, interval INTEGER NOT NULL, anchor INTEGER NOT NULL,
      last INTEGER,
      PRIMARY KEY (job, kind)
    ) WITHOUT ROWID;
    CREATE TABLE standings (
      job TEXT PRIMARY KEY, state TEXT NOT NULL, note TEXT NOT NULL, since INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE job_state (
      job TEXT NOT NULL, key TEXT NOT NULL, json TEXT NOT NULL, updated INTEGER NOT NULL,
      PRIMARY KEY (job, key)
    ) WITHOUT ROWID;

    """

  private static let configuration = """
    CREATE TABLE generations (
      number INTEGER PRIMARY KEY, digest TEXT NOT NULL, text TEXT NOT NULL,
      created INTEGER NOT NULL, source TEXT NOT NULL, diff TEXT NOT NULL,
      is_good INTEGER NOT NULL, outcome TEXT NOT NULL
    );
    CREATE TABLE events (
      seq INTEGER PRIMARY KEY, time INTEGER NOT NULL, name TEXT NOT NULL, job TEXT, run TEXT,
      fields TEXT NOT NULL
    );
    CREATE INDEX events_by_time ON events (time);
    CREATE TABLE audit (
      id INTEGER PRIMARY KEY, time INTEGER NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL,
      detail TEXT NOT NULL
    );

    """

  private static let auditOfWhat = """
    ALTER TABLE audit ADD COLUMN job TEXT NOT NULL DEFAULT '';
    ALTER TABLE audit ADD COLUMN before TEXT NOT NULL DEFAULT '';
    ALTER TABLE audit ADD COLUMN after TEXT NOT NULL DEFAULT '';
    """

  private static let market = """
    CREATE TABLE bundles (
      id TEXT PRIMARY KEY, job TEXT NOT NULL, run TEXT NOT NULL, slot TEXT NOT NULL,
      effect INTEGER NOT NULL, label TEXT NOT NULL, intents TEXT NOT NULL, tip INTEGER NOT NULL,
      is_synthetic INTEGER NOT NULL, state TEXT NOT NULL, landed_slot INTEGER, results TEXT,
      reason TEXT, accepted INTEGER NOT NULL, sent INTEGER, ended INTEGER,
      UNIQUE (job, slot, effect)
    );
    CREATE INDEX bundles_by_time ON bundles (accepted);
    CREATE INDEX bundles_by_run ON bundles (run);
    CREATE INDEX bundles_unfinished ON bundles (accepted) WHERE ended IS NULL;
    CREATE TABLE trades_history (
      id TEXT PRIMARY KEY, time INTEGER NOT NULL, price INTEGER NOT NULL, size INTEGER NOT NULL,
      taker_side TEXT NOT NULL, wallet TEXT, is_synthetic INTEGER NOT NULL
    );
    CREATE INDEX trades_by_time ON trades_history (time, id);
    CREATE TABLE price_history (
      start INTEGER PRIMARY KEY, open INTEGER NOT NULL, high INTEGER NOT NULL,
      low INTEGER NOT NULL, close INTEGER NOT NULL, volume INTEGER NOT NULL
    );
    """

  /// Bundles become followed by their signatures. Those that an older host left without an end were
  /// of its own exchange, which ended with it.
  private static let outbox = """
    ALTER TABLE bundles ADD COLUMN record TEXT;
    ALTER TABLE bundles ADD COLUMN fee INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE bundles ADD COLUMN signatures TEXT NOT NULL DEFAULT '';
    ALTER TABLE bundles ADD COLUMN attempt INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE bundles ADD COLUMN sends INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE bundles ADD COLUMN last_valid_height INTEGER;
    ALTER TABLE bundles ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;
    UPDATE bundles SET state = 'expired', ended = accepted WHERE ended IS NULL;
    """

  private static let books = """
    ALTER TABLE price_history ADD COLUMN trades INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE price_history ADD COLUMN sol INTEGER;
    CREATE TABLE market_state (key TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE ledger (
      entry INTEGER NOT NULL, line INTEGER NOT NULL, source TEXT NOT NULL, time INTEGER NOT NULL,
      kind TEXT NOT NULL, wallet TEXT NOT NULL, asset TEXT NOT NULL, amount INTEGER NOT NULL,
      reason TEXT NOT NULL,
      PRIMARY KEY (entry, line)
    ) WITHOUT ROWID;
    CREATE TABLE latency_history (
      time INTEGER NOT NULL, target TEXT NOT NULL, operation TEXT NOT NULL,
      nanoseconds INTEGER NOT NULL
    );
    CREATE INDEX latency_by_time ON latency_history (time);
    """
}
