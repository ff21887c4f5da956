import PluginAPI

extension GridRebalancer {
  /// A number that changes with any parameter: FNV-1a over their values. It tells a new table from
  /// the one that the standing grid was built with. Made anew in every run, so it costs no more than
  /// the values do.
  var fingerprint: Int64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for value in values {
      hash = (hash ^ UInt64(bitPattern: value)) &* 0x100_0000_01b3
      hash ^= hash >> 32
    }
    return Int64(bitPattern: hash)
  }

  /// All parameters, in the order of their declaration.
  private var values: [Int64] {
    [
      buyWidth.count, sellWidth.count, inertia.wholeNanoseconds, Int64(levels),
      gammaMode == .fixed ? 0 : 1, Int64(bitPattern: gamma.bitPattern),
      Int64(bitPattern: gammaMinimum.bitPattern), Int64(bitPattern: gammaMaximum.bitPattern),
      usualVolatility.count, depthBid.count, depthAsk.count,
      Int64(bitPattern: bidMultiplier.bitPattern), Int64(bitPattern: askMultiplier.bitPattern),
      controlAge.wholeNanoseconds, minimumOrder.count, orderShare.count, reserve.count,
      deviation.count, proximity.count, entropy.wholeNanoseconds, minimumGap.wholeNanoseconds,
      refill.count, tolerance.count, sizeTolerance.count, expiry.wholeNanoseconds,
      renewal.wholeNanoseconds, largeOrder.count, Int64(improveTicks), Int64(wallets),
      Int64(ordersPerWallet), rotation == .fixed ? 0 : 1, tick.wholeNanoseconds, tip.count,
    ]
  }
}
