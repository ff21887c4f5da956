import Glibc

/// The machine's time-zone database.
package struct ZoneFiles: Sendable {
  package var directory: String

  /// The database in `directory`, by default where Debian keeps it.
  package init(directory: String = "/usr/share/zoneinfo") { self.directory = directory }

  /// Reads one zone by its name, such as `Europe/Berlin`.
  ///
  /// - Throws: `TimeZoneError` when there is none or its file is damaged.
  package func load(_ name: String) throws(TimeZoneError) -> TimeZoneRules {
    if name == "UTC" { return .utc }
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }),
      let bytes = Self.read(directory + "/" + name)
    else { throw TimeZoneError(description: "there is no time zone \(name) in \(directory)") }
    return try TimeZoneRules(name: name, file: bytes)
  }

  /// The database's version, such as `2025b`; `nil` when it does not say.
  package var version: String? {
    guard let bytes = Self.read(directory + "/tzdata.zi") else { return nil }
    let line = String(decoding: bytes.prefix { $0 != 10 }, as: UTF8.self)
    let prefix = "# version "
    return line.hasPrefix(prefix) ? String(line.dropFirst(prefix.count)) : nil
  }

  private static func read(_ path: String) -> [UInt8]? {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16_384)
    while true {
      let count = unsafe Glibc.read(file, &buffer, buffer.count)
      guard count > 0 else { return count == 0 ? bytes : nil }
      bytes += buffer.prefix(count)
      guard bytes.count < 1 << 20 else { return bytes }
    }
  }
}
