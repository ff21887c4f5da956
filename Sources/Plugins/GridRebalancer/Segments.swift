/// Deals the levels of a side out to the wallets, in contiguous segments.
struct Segments {
  let wallets: Int
  /// Which turn it is; segments move on by one wallet each turn.
  let turn: Int64

  /// The part of `levels` levels that `wallet` quotes; parts are of near equal length.
  func part(of wallet: Int, levels: Int) -> Range<Int> {
    let segment = segment(of: wallet)
    return (segment * levels / wallets)..<((segment + 1) * levels / wallets)
  }

  /// The wallet that has `segment` now: `(segment + turn) mod wallets`.
  func wallet(of segment: Int) -> Int {
    (segment + Int(turn % Int64(wallets))) % wallets
  }

  /// The segment that `wallet` has now.
  func segment(of wallet: Int) -> Int {
    (wallet + wallets - Int(turn % Int64(wallets))) % wallets
  }
}
