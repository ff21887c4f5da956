/// Why a channel between host and worker cannot be used any further.
///
/// Whoever reads one ends the worker; the host itself goes on.
package enum WireError: Error, Sendable, Hashable, CustomStringConvertible {
  /// A frame announces `length` bytes, which is none at all or more than allowed.
  case badLength(Int)
  /// A frame has a kind that this side does not know.
  case unknownKind(UInt8)
  /// A frame's payload ends before its content does, or goes on after it.
  case malformed(kind: UInt8, String)
  /// A frame came when it was not expected.
  case outOfOrder(String)

  package var description: String {
    switch self {
    case .badLength(let length):
      "frame of \(length) bytes; expected 1 to \(Wire.longestFrame)"
    case .unknownKind(let kind): "unknown frame kind \(kind)"
    case .malformed(let kind, let why): "malformed frame of kind \(kind): \(why)"
    case .outOfOrder(let what): "unexpected frame: \(what)"
    }
  }
}
