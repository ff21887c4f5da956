import Bundles
import Isolation
import PluginAPI

/// Remembers, over all lives of a host, what was ever signed and what jobs were promised.
final class Notary: Sendable {
  /// The signatures of one signing of a bundle.
  struct Signing: Sendable, Hashable {
    let attempt: Int
    let signatures: [Signature]
  }

  private struct State {
    var signings: [BundleID: Set<Signing>] = [:]
    var receipts: Set<BundleID> = []
  }

  private let state = Guarded(State())

  func saw(_ signed: SignedBundle) {
    let signing = Signing(
      attempt: signed.attempt, signatures: signed.transactions.map(\.signature))
    state.withLock { _ = $0.signings[signed.id, default: []].insert(signing) }
  }

  func promised(_ id: BundleID) { state.withLock { _ = $0.receipts.insert(id) } }

  /// All signings of a bundle, in order.
  func signings(of id: BundleID) -> [Signing] {
    state.withLock { $0.signings[id, default: []] }.sorted { $0.attempt < $1.attempt }
  }

  var receipts: Set<BundleID> { state.withLock(\.receipts) }
}
