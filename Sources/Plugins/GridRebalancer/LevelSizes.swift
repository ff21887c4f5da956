import PluginAPI

/// How a depth is dealt out to the levels of one side.
enum LevelSizes {
  private static let scale = Double(1 << 40)

  /// `count` sizes that grow by `multiplier` outwards and sum exactly to `depth`.
  ///
  /// What rounding leaves goes, lot by lot, to the levels that lost most by it.
  static func geometric(depth: BaseLots, count: Int, multiplier: Double) -> [BaseLots] {
    guard count > 0, depth.count > 0 else { return [] }
    let weights = weights(count, multiplier)
    let total = weights.reduce(0, +)
    let shares = weights.map { (Int128(depth.count) * $0).quotientAndRemainder(dividingBy: total) }
    var sizes = shares.map { Int64($0.quotient) }
    let rest = Int(depth.count - sizes.reduce(0, +))
    let losers = shares.indices.sorted {
      (shares[$1].remainder, $0) < (shares[$0].remainder, $1)
    }
    for index in losers.prefix(rest) { sizes[index] += 1 }
    return sizes.map(BaseLots.init)
  }

  /// The largest count of levels, at most `limit`, of which none is smaller than `minimum`.
  static func count(limit: Int, depth: BaseLots, multiplier: Double, minimum: BaseLots) -> Int {
    let least = max(minimum, BaseLots(1))
    var count = min(limit, Int(depth.count / least.count))
    while count > 0 {
      let smallest = geometric(depth: depth, count: count, multiplier: multiplier).min()
      if let smallest, smallest >= least { return count }
      count -= 1
    }
    return 0
  }

  /// `multiplier^(n-1)` as whole numbers, the largest near 2^40.
  private static func weights(_ count: Int, _ multiplier: Double) -> [Int128] {
    var weights = [1.0]
    while weights.count < count { weights.append(weights[weights.count - 1] * multiplier) }
    let largest = max(weights[0], weights[weights.count - 1])
    return weights.map { Int128(($0 / largest * scale).rounded()) }
  }
}
