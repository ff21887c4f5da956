import Glibc

/// Opens the store's two connections, each set up for its purpose.
enum Connection {
  /// Files up to this size are checked whole when they are opened, which takes well under a second.
  private static let checkedBytes = 256 << 20

  static func writing(_ path: String, pageLimit: Int?) throws(StoreError) -> Database {
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
