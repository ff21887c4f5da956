import Glibc

/// Opens the store's two connections, each set up for its purpose.
enum Connection {
  /// Files up to this size are checked whole when they are opened, which takes well under a second.
  private static let checkedBytes = 256 << 20

  static func writing(_ path: String, pageLimit: Int?) throws(StoreError) -> Database {
    makeFile(path)
    let database = try Database(path: path, create: true)
    try check(database)
    _ = try database.query("PRAGMA journal_mode = WAL") { $0.text() }
    try database.execute("PRAGMA synchronous = FULL")
    try database.execute("PRAGMA journal_size_limit = 67108864")
    if let pageLimit {
      _ = try database.query("PRAGMA max_page_count = \(pageLimit)") { $0.integer() }
    }
    try Migrations.apply(to: database)
    return database
  }

  static func reading(_ path: String) throws(StoreError) -> Database {
    let database = try Database(path: path, create: false)
    try database.execute("PRAGMA query_only = 1")
    return database
  }

  /// Makes the file for its owner alone: the tables in it may hold what is nobody else's business.
  /// Failures are left to whoever opens it.
  private static func makeFile(_ path: String) {
    let descriptor = unsafe open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
    if descriptor >= 0 { close(descriptor) }
  }

  private static func check(_ database: Database) throws(StoreError) {
    var status = stat()
    guard unsafe stat(database.path, &status) == 0, status.st_size <= checkedBytes else { return }
    let findings = try database.query("PRAGMA quick_check(3)") { $0.text() }
    guard findings != ["ok"] else { return }
    throw StoreError(
      .damaged,
      "store \(database.path): the file is damaged; move it away or restore a copy: "
        + findings.joined(separator: "; "))
  }
}
