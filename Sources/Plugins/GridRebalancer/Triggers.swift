import PluginAPI

/// Why the grid is rebuilt.
enum Trigger: String, Sendable {
  /// There is no grid yet.
  case first
  /// Another job or a changed configuration asked for it.
  case signal
  /// An operator asked for it.
  case manual
  /// The wallets that can quote are others than before.
  case swarm
  /// Orders were filled or dropped.
  case missing
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
  var isFull: Bool { [.first, .signal, .manual, .entropy].contains(self) }
}

/// What the job remembers about the grid that stands.
struct GridState: Sendable, Hashable, Codable {
  static let key = "grid"

  /// The market price the grid was built on.
  var reference: PriceLots
  /// The outermost BUY price of the channel.
  var lower: PriceLots
  /// The outermost SELL price of the channel.
  var upper: PriceLots
  /// When the grid was last rebuilt.
  var rebuilt: Timestamp
  /// When it was last rebuilt from nothing.
  var refreshed: Timestamp
  /// Counts rebuilds.
  var generation: Int
  /// How many orders should stand.
  var expected: Int
  /// The wallets that quote.
  var wallets: [WalletID]
  /// The turn that the segments were dealt out for.
  var turn: Int64
  /// Whether a rebuild was asked for too soon after the last one.
  var isOwed: Bool = false
}

/// What stands on the book, in short.
struct Standing: Sendable, Hashable {
  var orders: Int
  var firstExpiry: Timestamp?
  var wallets: [WalletID]

  init(_ swarm: Swarm) {
    let all = swarm.wallets.flatMap(\.accounts).flatMap(\.orders)
    orders = all.count
    firstExpiry = all.compactMap(\.expires).min()
    wallets = swarm.quoting.map(\.id)
  }
}

/// All that the decision to rebuild depends on.
struct GridMoment: Sendable, Hashable {
  var now: Timestamp
  var cause: Cause
  var price: PriceLots
  var standing: Standing
  var turn: Int64
}

/// Decides whether the grid must be rebuilt.
struct TriggerRule {
  enum Decision: Hashable {
    case rebuild(Trigger)
    case postpone(String)
    case rest(String)
  }

  let settings: GridRebalancer

  init(_ settings: GridRebalancer) { self.settings = settings }

  func decide(_ moment: GridMoment, after state: GridState?) -> Decision {
    guard let state else { return .rebuild(.first) }
    let asked = asked(moment, state)
    guard let trigger = asked ?? found(moment, state) else {
      return .rest("the grid of generation \(state.generation) stands")
    }
    let next = state.rebuilt + settings.minimumGap
    guard moment.now < next else { return .rebuild(trigger) }
    let why = "\(trigger.rawValue): too soon after the last rebuild"
    return asked == nil ? .rest(why) : .postpone(why)
  }

  private func asked(_ moment: GridMoment, _ state: GridState) -> Trigger? {
    switch moment.cause {
    case .signal: .signal
    case .manual: .manual
    default: state.isOwed ? .signal : nil
    }
  }

  private func found(_ moment: GridMoment, _ state: GridState) -> Trigger? {
    if moment.standing.orders == 0, state.expected > 0 { return .first }
    if moment.standing.wallets != state.wallets { return .swarm }
    if moment.standing.orders < state.expected { return .missing }
    if isFar(moment.price, state.reference) { return .deviation }
    if isNearEdge(moment.price, state) { return .proximity }
    if expires(moment) { return .expiry }
    if moment.turn != state.turn { return .rotation }
    return moment.now - state.refreshed >= settings.entropy ? .entropy : nil
  }

  private func isFar(_ price: PriceLots, _ reference: PriceLots) -> Bool {
    let distance = (price.count - reference.count).magnitude
    return exceeds(distance, settings.deviation, of: reference)
  }

  private func isNearEdge(_ price: PriceLots, _ state: GridState) -> Bool {
    let down = max(0, price.count - state.lower.count)
    let up = max(0, state.upper.count - price.count)
    return !exceeds(down.magnitude, settings.proximity, of: state.lower)
      || !exceeds(up.magnitude, settings.proximity, of: price)
  }

  private func exceeds(_ distance: UInt64, _ share: Percent, of whole: PriceLots) -> Bool {
    Int128(distance) * Int128(Percent.whole.count) > Int128(share.count) * Int128(whole.count)
  }

  private func expires(_ moment: GridMoment) -> Bool {
    guard let first = moment.standing.firstExpiry else { return false }
    return first - moment.now <= settings.expiry / 3
  }
}
