import Glibc

/// The machine's time-zone database.
package enum ZoneDirectory: Sendable {
  /// Whether the database has a zone of this name.
  package static func has(_ name: String) -> Bool {
    guard name != "UTC" else { return true }
    let isPlain = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "_"),
        UInt8(ascii: "-"), UInt8(ascii: "+"):
        true
      default: false
      }
    }
    guard isPlain, !name.isEmpty, name.utf8.count < 64, !name.hasPrefix("/") else { return false }
    var status = stat()
    guard unsafe stat("/usr/share/zoneinfo/" + name, &status) == 0 else { return false }
    return status.st_mode & S_IFMT == S_IFREG
  }
}
