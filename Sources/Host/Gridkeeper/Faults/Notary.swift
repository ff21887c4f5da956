import Bundles
import Isolation
import PluginAPI

/// Remembers, over all lives of a host, what was ever signed and what jobs were promised.
final class Notary: Sendable {
  /// The signatures of one signing of a bundle.
  struct Signing: Sendable, Hashable {
    let bundle: BundleID
    let attempt: Int
    let signatures: [Signature]
  }

  private struct State {
    var signings: Set<Signing> = []
    var receipts: Set<BundleID> = []
  }

  private let state = Guarded(State())

  func saw(_ signed: SignedBundle) {
    let signing = Signing(
      bundle: signed.id, attempt: signed.attempt,
      signatures: signed.transactions.map(\.signature))
    state.withLock { _ = $0.signings.insert(signing) }
  }

  func promised(_ id: BundleID) { state.withLock { _ = $0.receipts.insert(id) } }

  /// All signings, by bundle.
  var signings: [BundleID: [Signing]] {
    Dictionary(grouping: state.withLock(\.signings), by: \.bundle)
  }

  var receipts: Set<BundleID> { state.withLock(\.receipts) }
}
