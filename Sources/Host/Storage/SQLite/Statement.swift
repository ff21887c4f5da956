import CSQLite

/// A prepared statement. It belongs to its connection's thread.
@safe final class Statement {
  private let handle: OpaquePointer
  private unowned let database: Database
  private let sql: String

  init(_ sql: String, in database: Database, handle connection: OpaquePointer) throws(StoreError) {
    var prepared: OpaquePointer?
    let code = unsafe sqlite3_prepare_v3(
      connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
    guard code == SQLITE_OK, let prepared = unsafe prepared else {
      throw database.failure(code, in: sql)
    }
    unsafe handle = prepared
    self.database = database
    self.sql = sql
  }

  deinit { unsafe sqlite3_finalize(handle) }

  /// Runs the statement; rows, if there are any, are not looked at.
  func run(_ values: [SQLValue]) throws(StoreError) {
    defer { unsafe sqlite3_reset(handle) }
    try bind(values)
    while try step() {}
  }

  /// Runs the statement and makes one result of each row.
  func query<Result>(
    _ values: [SQLValue], _ make: (inout Row) -> Result
  ) throws(StoreError) -> [Result] {
    defer { unsafe sqlite3_reset(handle) }
    try bind(values)
    var results: [Result] = []
    while try step() {
      var row = unsafe Row(handle)
      results.append(make(&row))
    }
    return results
  }

  private func step() throws(StoreError) -> Bool {
    let code = unsafe sqlite3_step(handle)
    guard code == SQLITE_ROW || code == SQLITE_DONE else { throw database.failure(code, in: sql) }
    return code == SQLITE_ROW
  }

  private func bind(_ values: [SQLValue]) throws(StoreError) {
    let places = Int(unsafe sqlite3_bind_parameter_count(handle))
    precondition(values.count == places, "\(values.count) values for: \(sql)")
    for (index, value) in values.enumerated() {
      let code = bind(value, at: Int32(index + 1))
      if code != SQLITE_OK { throw database.failure(code, in: sql) }
    }
  }

  private func bind(_ value: SQLValue, at place: Int32) -> Int32 {
    switch value {
    case .null: return unsafe sqlite3_bind_null(handle, place)
    case .integer(let number): return unsafe sqlite3_bind_int64(handle, place, number)
    case .text(var text):
      return text.withUTF8 { bytes in
        unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
          unsafe sqlite3_bind_text64(
            handle, place, characters.baseAddress, UInt64(characters.count), sqlite_transient(),
            UInt8(SQLITE_UTF8))
        }
      }
    }
  }
}

/// A value that goes into a statement.
enum SQLValue {
  case null
  case integer(Int64)
  case text(String)

  static func integer(_ number: Int64?) -> SQLValue { number.map { .integer($0) } ?? .null }
  static func text(_ text: String?) -> SQLValue { text.map { .text($0) } ?? .null }
  static func bool(_ flag: Bool) -> SQLValue { .integer(flag ? 1 : 0) }
}

/// One row of a result, read column by column from the left. It lasts as long as its query's closure.
@safe struct Row {
  private let handle: OpaquePointer
  private var column: Int32 = 0

  init(_ handle: OpaquePointer) { unsafe self.handle = handle }

  mutating func integer() -> Int64 {
    defer { column += 1 }
    return unsafe sqlite3_column_int64(handle, column)
  }

  mutating func optionalInteger() -> Int64? {
    guard unsafe sqlite3_column_type(handle, column) != SQLITE_NULL else {
      column += 1
      return nil
    }
    return integer()
  }

  mutating func bool() -> Bool { integer() != 0 }

  mutating func text() -> String { optionalText() ?? "" }

  mutating func optionalText() -> String? {
    defer { column += 1 }
    guard let start = unsafe sqlite3_column_text(handle, column) else { return nil }
    let count = Int(unsafe sqlite3_column_bytes(handle, column))
    return unsafe String(
      decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  }
}
