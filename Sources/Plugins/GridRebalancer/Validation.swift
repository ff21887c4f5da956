import PluginAPI

extension GridRebalancer {
  /// Finds parameters that contradict one another.
  func validate() -> [ParameterProblem] {
    var problems: [ParameterProblem] = []
    func check(_ holds: Bool, _ parameter: String, _ message: @autoclosure () -> String) {
      if !holds { problems.append(ParameterProblem(parameter: parameter, message: message())) }
    }
    let narrow = min(buyWidth, sellWidth)
    check(tolerance < deviation, "tolerance", "expected less than deviation (\(deviation))")
    check(sizeTolerance < refill, "size_tolerance", "expected less than refill (\(refill))")
    check(
      proximity.count < narrow.count / 2, "proximity",
      "expected less than half of the narrower zone (\(narrow)), or every rebuild calls for the next"
    )
    check(renewal < expiry, "renewal", "expected less than expiry, or orders are renewed for ever")
    check(
      minimumGap < renewal, "minimum_gap",
      "expected less than renewal, or orders expire before they are renewed")
    check(minimumGap < entropy, "minimum_gap", "expected less than entropy")
    check(rotation == .fixed || tick > minimumGap, "tick", "expected more than minimum_gap")
    check(
      gammaMode == .fixed || (gammaMinimum...max(gammaMinimum, gammaMaximum)).contains(gamma),
      "gamma", "expected gamma_minimum (\(gammaMinimum)) to gamma_maximum (\(gammaMaximum))")
    return problems + [roomProblem].compactMap(\.self) + sizeProblems
  }

  /// Levels per side that one wallet may hold.
  var levelsPerWallet: Int { min(ordersPerWallet / 2, OpenOrdersAccount.capacity) }

  /// More levels than the wallets' accounts can hold, as far as the table says how many they are.
  private var roomProblem: ParameterProblem? {
    guard wallets > 0, levels > levelsPerWallet * wallets else { return nil }
    return ParameterProblem(
      parameter: "levels",
      message: Shortage.needed(levels, perWallet: levelsPerWallet, have: wallets))
  }

  /// Sides whose smallest level would be below the smallest order.
  private var sizeProblems: [ParameterProblem] {
    [
      ("bid_multiplier", bidMultiplier, depthBid, "depth_bid"),
      ("ask_multiplier", askMultiplier, depthAsk, "depth_ask"),
    ].compactMap { name, multiplier, depth, source in
      guard depth > .zero, minimumOrder > .zero else { return nil }
      let weights = LevelWeights(count: levels, multiplier: multiplier)
      let smallest = SOL(weights.smallestShare(of: depth.count))
      guard smallest < minimumOrder else { return nil }
      return ParameterProblem(
        parameter: name,
        message: "\(levels) levels that grow by \(multiplier) make the smallest of \(source) "
          + "\(smallest), below minimum_order (\(minimumOrder))")
    }
  }
}
