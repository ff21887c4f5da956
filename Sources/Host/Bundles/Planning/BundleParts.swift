package import PluginAPI

/// A bundle that is too large for one, as several that are each valid alone.
///
/// Nothing links the parts: each may land, fail or be overtaken by itself. Submit them under effects
/// of their own, in order.
package enum BundleParts {
  /// How many fills one instruction processes at most (OpenBook V2).
  private static let eventsAtOnce = 8

  /// Cuts where one account's intents end and another's begin, as seldom as the sizes allow. A part
  /// that places orders on accounts whose fills are not processed consumes those first: their slots
  /// are not free before.
  ///
  /// - Throws: `bundleTooLong` or `transactionTooBig` when the intents of one account do not fit.
  package static func of(_ bundle: Bundle, over state: VenueState) throws(Refusal) -> [Bundle] {
    let ground = PlanningGround(state)
    var parts: [Bundle] = []
    for run in runs(bundle.intents) {
      if var last = parts.popLast() {
        let first = last
        last.intents += run
        if fits(consuming(last, state), state, ground) {
          parts.append(last)
          continue
        }
        parts.append(first)
      }
      var part = bundle
      part.intents = run
      try plan(consuming(part, state), state, ground)
      parts.append(part)
    }
    return parts.map { consuming($0, state) }
  }

  /// Intents in a row that work on the same account.
  private static func runs(_ intents: [Intent]) -> [[Intent]] {
    var runs: [[Intent]] = []
    var account: AccountID?
    for intent in intents {
      if runs.isEmpty || intent.account != account {
        runs.append([intent])
      } else {
        runs[runs.count - 1].append(intent)
      }
      account = intent.account
    }
    return runs
  }

  private static func consuming(_ part: Bundle, _ state: VenueState) -> Bundle {
    let placing = Set(part.intents.filter(\.isPriced).compactMap(\.account))
    let pending = state.swarm.wallets.flatMap(\.accounts).reduce(0) { $0 + $1.pendingSlots }
    let waits = state.swarm.wallets.flatMap(\.accounts).contains {
      $0.pendingSlots > 0 && placing.contains($0.id)
    }
    guard waits, !part.intents.contains(.consumeEvents) else { return part }
    var part = part
    let count = (pending + eventsAtOnce - 1) / eventsAtOnce
    part.intents = Array(repeating: .consumeEvents, count: count) + part.intents
    return part
  }

  private static func fits(_ part: Bundle, _ state: VenueState, _ ground: PlanningGround) -> Bool {
    do throws(Refusal) {
      try plan(part, state, ground)
      return true
    } catch { return false }
  }

  private static func plan(_ part: Bundle, _ state: VenueState, _ ground: PlanningGround)
    throws(Refusal)
  {
    _ = try Planner.plan(
      AcceptedBundle(
        id: "", intents: part.intents, tip: part.tip.lamports, priority: part.priority,
        payer: state.payer(of: part.intents) ?? ""), on: ground)
  }
}
