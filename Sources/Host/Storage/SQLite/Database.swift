import CSQLite

/// A connection to an SQLite database. It belongs to one thread.
@safe final class Database {
  private let handle: OpaquePointer
  private var statements: [String: Statement] = [:]
  let path: String

  /// Opens the file at `path`, which is created when `create` says so.
  init(path: String, create: Bool) throws(StoreError) {
    var opened: OpaquePointer?
    let flags =
      create ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READWRITE
    let code = unsafe sqlite3_open_v2(path, &opened, flags | SQLITE_OPEN_NOMUTEX, nil)
    guard code == SQLITE_OK, let opened = unsafe opened else {
      defer { unsafe sqlite3_close_v2(opened) }
      throw StoreError(
        .cannotOpen,
        "cannot open the store at \(path): \(unsafe String(cString: sqlite3_errstr(code)))",
        nativeCode: code)
    }
    unsafe handle = opened
    self.path = path
    unsafe sqlite3_extended_result_codes(handle, 1)
    unsafe sqlite3_busy_timeout(handle, 5_000)
  }

  deinit {
    statements = [:]
    unsafe sqlite3_close_v2(handle)
  }

  /// Runs statements that return nothing and take no values.
  func execute(_ sql: String) throws(StoreError) {
    let code = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
    if code != SQLITE_OK { throw failure(code, in: sql) }
  }

  /// Runs a statement with its values.
  func run(_ sql: String, _ values: [SQLValue] = []) throws(StoreError) {
    try statement(sql).run(values)
  }

  /// Runs a query with its values and makes one result of each row.
  func query<Result>(
    _ sql: String, _ values: [SQLValue] = [], _ make: (inout Row) -> Result
  ) throws(StoreError) -> [Result] {
    try statement(sql).query(values, make)
  }

  /// How many rows the last statement inserted, changed or deleted.
  var changes: Int { Int(unsafe sqlite3_changes64(handle)) }

  /// Whether a transaction is open; some failures end it by themselves.
  var isInTransaction: Bool { unsafe sqlite3_get_autocommit(handle) == 0 }

  /// A statement that is prepared once and kept.
  func statement(_ sql: String) throws(StoreError) -> Statement {
    if let statement = statements[sql] { return statement }
    let statement = try unsafe Statement(sql, in: self, handle: unsafe handle)
    statements[sql] = statement
    return statement
  }

  /// Turns a result code into an error that says what happened to which file.
  func failure(_ code: Int32, in sql: String) -> StoreError {
    let extended = unsafe sqlite3_extended_errcode(handle)
    let detail = unsafe String(cString: sqlite3_errmsg(handle))
    let (kind, advice) = Self.classify(code & 0xFF)
    return StoreError(
      kind, "store \(path): \(advice ?? detail)", statement: sql,
      nativeCode: extended == SQLITE_OK ? code : extended)
  }

  private static func classify(_ code: Int32) -> (StoreError.Code, String?) {
    switch code {
    case SQLITE_FULL: (.full, "the disk or the quota is full; free some space")
    case SQLITE_READONLY, SQLITE_PERM:
      (.readOnly, "the file or its directory may not be written; check owner and mount")
    case SQLITE_IOERR: (.inputOutput, "the disk failed to read or write; see the kernel's log")
    case SQLITE_CORRUPT, SQLITE_NOTADB:
      (.damaged, "the file is damaged or is no database; move it away or restore a copy")
    case SQLITE_BUSY, SQLITE_LOCKED: (.busy, "another program holds the database's lock")
    case SQLITE_CONSTRAINT: (.conflict, nil)
    case SQLITE_CANTOPEN:
      (.cannotOpen, "the file cannot be opened or created; check the path and its permissions")
    default: (.failed, nil)
    }
  }
}
