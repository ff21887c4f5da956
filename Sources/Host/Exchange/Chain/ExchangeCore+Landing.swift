import Bundles
import PluginAPI

extension ExchangeCore {
  /// Whether a slot's leader takes bundles or not, what can land no more is dropped.
  mutating func land() {
    auction.draw()
    guard !queue.isEmpty else { return }
    guard clock.takesBundles(slot) else { return queue.dropExpired(at: clock.height) }
    var landing = queue.takeLanding(slot: slot, height: clock.height, bar: auction.bar)
    faults.disorder(&landing)
    for bundle in landing { land(bundle) }
  }

  private var landing: LandingContext { LandingContext(slot: slot, time: time, solPrice: solPrice) }

  /// Nothing of a bundle happens when any of its transactions has happened before.
  private mutating func land(_ bundle: QueuedBundle) {
    guard bundle.signatures.allSatisfy({ history[$0] == nil }) else { return }
    guard let leak = bundle.leak else { return carryOut(bundle) }
    let index = leak % bundle.contents.count
    var part = bundle
    part.signatures = [bundle.signatures[index]]
    part.contents = [bundle.contents[index]]
    carryOut(part)
  }

  /// All or nothing.
  private mutating func carryOut(_ bundle: QueuedBundle) {
    state.begin()
    do throws(IntentFailure) {
      var done: [TransactionEffects] = []
      for (content, signature) in zip(bundle.contents, bundle.signatures) {
        done.append(try state.carryOut(content, named: signature, landing))
      }
      state.keep()
      for (signature, effects) in zip(bundle.signatures, done) { record(signature, effects) }
    } catch {
      state.takeBack()
      fail(bundle, error)
    }
  }

  private mutating func fail(_ bundle: QueuedBundle, _ failure: IntentFailure) {
    guard settings.chain.failedBundles == .land else { return }
    for (content, signature) in zip(bundle.contents, bundle.signatures) {
      let moves = state.chargeFee(of: content)
      record(signature, TransactionEffects(moves: moves), error: failure.description)
    }
  }

  private mutating func record(
    _ signature: Signature, _ effects: TransactionEffects, error: String? = nil
  ) {
    let life = settings.chain.blockhashLife
    history.add(
      signature,
      TransactionRecord(slot: slot, height: clock.height, error: error, effects: effects),
      safe: clock.height - min(clock.height, life))
  }

  /// Why a bundle would fail if it landed now; `nil` when it would not.
  mutating func failure(of bundle: QueuedBundle) -> String? {
    state.begin()
    defer { state.takeBack() }
    do throws(IntentFailure) {
      for (content, signature) in zip(bundle.contents, bundle.signatures) {
        _ = try state.carryOut(content, named: signature, landing)
      }
      return nil
    } catch { return error.description }
  }
}
