/// Why the store could not do what it was asked.
package struct StoreError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kinds of failure that callers treat differently.
  package enum Code: Sendable, Hashable {
    /// The disk, or the quota, is full. Reading still works.
    case full
    /// The file or its directory may not be written.
    case readOnly
    /// The disk failed.
    case inputOutput
    /// The file is not a database or its pages contradict each other.
    case damaged
    /// Another process has the store open.
    case owned(by: Int32)
    /// The file was written by a newer version of the host.
    case newer
    /// The file cannot be opened or created.
    case cannotOpen
    /// Too much is waiting to be written, or another program holds the database's lock.
    case busy
    /// A record contradicts one that is stored.
    case conflict
    /// A job may store no more.
    case tooMany
    /// What should be changed is not there.
    case missing
    /// The store was closed.
    case closed
    /// The database refused a statement of ours.
    case failed
  }

  /// The kind of failure.
  package var code: Code
  /// What happened, where, and what to do.
  package var message: String
  /// The statement that failed.
  package var statement: String?
  /// The database's own extended result code.
  package var nativeCode: Int32?

  package init(
    _ code: Code, _ message: String, statement: String? = nil, nativeCode: Int32? = nil
  ) {
    self.code = code
    self.message = message
    self.statement = statement
    self.nativeCode = nativeCode
  }

  static func tooManyKeys(_ job: String, _ key: String) -> StoreError {
    StoreError(
      .tooMany,
      "\(key): the state of \(job) has \(mostStateKeys) keys, which is all that one job may; forget "
        + "some, or keep several values under one key")
  }

  /// The message, then the statement and the code in brackets.
  package var description: String {
    let details = [statement, nativeCode.map { "code \($0)" }].compactMap(\.self)
    return details.isEmpty ? message : "\(message) (\(details.joined(separator: "; ")))"
  }
}
