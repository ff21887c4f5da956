import PluginAPI

/// What host and worker agree on before anything else.
///
/// A frame is four bytes of length (little endian, counting all that follows), one byte of kind,
/// and the payload. Frequent messages are packed binary, the others JSON.
package enum Wire: Sendable {
  /// The version of the frames below; both sides must have the same, for they are one executable.
  package static let version = 2

  /// The largest length a frame may announce, in bytes.
  package static let longestFrame = 16 << 20

  /// The code with which a worker exits that cannot use its channel any longer.
  package static let brokenChannelCode: Int32 = 70

  /// The contract versions that this build can host.
  package static let contracts = PluginManifest.contractVersion...PluginManifest.contractVersion

  /// The compiler that built this side, as plugins must match its runtime.
  package static let toolchain: String = {
    #if compiler(>=6.4)
      "Swift 6.4 or newer"
    #elseif compiler(>=6.3)
      "Swift 6.3"
    #else
      "Swift 6.2"
    #endif
  }()
}
