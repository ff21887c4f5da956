import PluginAPI

/// Why the grid is rebuilt.
enum Trigger: String, Sendable, Codable {
  /// There is no grid yet, or nothing of it stands.
  case first
  /// Another job asked for it.
  case signal
  /// An operator asked for it.
  case manual
  /// The job table changed.
  case configuration
  /// The wallets that can quote are others than before.
  case swarm
  /// A part of the last rebuild failed.
  case retry
  /// Orders stand that should not.
  case astray
  /// Orders were filled or dropped.
  case missing
  /// target-control asks for another BUY side than the one that stands.
  case control
  /// The price left the price that the grid was built on.
  case deviation
  /// The price came near the end of the channel.
  case proximity
  /// Orders are about to expire.
  case expiry
  /// It is the next wallet's turn.
  case rotation
  /// The last full rebuild is too long ago.
  case entropy

  /// Whether every order is replaced, even those that could stay.
  var isFull: Bool { [.signal, .manual, .entropy].contains(self) }
}

/// All that the decision to rebuild depends on.
struct GridMoment: Sendable, Hashable {
  var now: Timestamp
  var cause: Cause
  var price: PriceLots
  /// The wallets that can quote.
  var wallets: [Wallet]
  var turn: Int64
  /// How the BUY side shall be shaped.
  var control: BuyControl
}

/// Decides whether the grid must be rebuilt.
struct TriggerRule {
  enum Decision: Hashable {
    case rebuild(Trigger)
    case rest(String)
  }

  let settings: GridRebalancer

  init(_ settings: GridRebalancer) { self.settings = settings }

  func decide(_ moment: GridMoment, after state: GridState?) -> Decision {
    guard let state else { return .rebuild(.first) }
    guard let trigger = asked(moment, state) ?? found(moment, state) else {
      return .rest("the grid of generation \(state.generation) stands")
    }
    guard moment.now < next(after: state) else { return .rebuild(trigger) }
    return .rest("\(trigger.rawValue): too soon after the last rebuild")
  }

  /// A first failure is made good at the next slot; later ones keep the gap, as each costs fees.
  private func next(after state: GridState) -> Timestamp {
    state.failures == 1 ? state.rebuilt : state.rebuilt + settings.minimumGap
  }

  private func asked(_ moment: GridMoment, _ state: GridState) -> Trigger? {
    switch moment.cause {
    case .signal: .signal
    case .manual: .manual
    default: state.isOwed ? .signal : nil
    }
  }

  private func found(_ moment: GridMoment, _ state: GridState) -> Trigger? {
    if state.settings != settings.fingerprint { return .configuration }
    if moment.wallets.map(\.id) != state.expected.map(\.wallet) { return .swarm }
    let standing = Standing(
      moment.wallets, state.expected, busy: state.busy, refill: settings.refill)
    if standing.orders == 0, standing.missing > 0 { return .first }
    if state.failures > 0 { return .retry }
    if standing.astray > 0 { return .astray }
    if standing.missing > 0 { return .missing }
    if moment.control.differs(from: state.control, by: settings.sizeTolerance) { return .control }
    if isFar(moment.price, state.reference) { return .deviation }
    if isNearEdge(moment.price, state) { return .proximity }
    if let first = standing.firstExpiry, first - moment.now <= settings.renewal { return .expiry }
    if moment.turn != state.turn { return .rotation }
    return moment.now - state.refreshed >= settings.entropy ? .entropy : nil
  }

  private func isFar(_ price: PriceLots, _ reference: PriceLots) -> Bool {
    exceeds(Int128(price.count) - Int128(reference.count), settings.deviation, of: reference)
  }

  private func isNearEdge(_ price: PriceLots, _ state: GridState) -> Bool {
    let (lower, upper) = (state.zones[.bid], state.zones[.ask])
    let down = max(0, Int128(price.count) - Int128(lower.count))
    let up = max(0, Int128(upper.count) - Int128(price.count))
    return state.count(.bid) > 0 && !exceeds(down, settings.proximity, of: lower)
      || state.count(.ask) > 0 && !exceeds(up, settings.proximity, of: price)
  }

  private func exceeds(_ distance: Int128, _ share: Percent, of whole: PriceLots) -> Bool {
    abs(distance) * Int128(Percent.whole.count) > Int128(share.count) * Int128(whole.count)
  }
}
