package import PluginAPI

/// Why money moved; also the name of the account on the other side of each line.
package enum LedgerKind: String, Sendable, Hashable, Codable, CaseIterable {
  case trade
  case makerFee = "maker_fee"
  case takerFee = "taker_fee"
  /// The network's fee, the priority fee included.
  case fee
  case tip
  case rentLock = "rent_lock"
  case rentReclaim = "rent_reclaim"
  case heapPenalty = "heap_penalty"
  case swap
  /// Between own wallets.
  case transfer
  /// In from outside, or out: what the wallets hold at the beginning, deposits, withdrawals.
  case external
  /// A trade between own wallets.
  case synthetic
  /// What reconciliation found and nothing explains.
  case suspense

  /// Whether what goes there is a cost; a rebate is a negative one.
  package var isCost: Bool {
    switch self {
    case .makerFee, .takerFee, .fee, .tip, .heapPenalty: true
    default: false
    }
  }
}

/// Something that moved money, under a name that it keeps for ever.
package struct Booking: Sendable, Hashable, Codable {
  /// A function of where it is recorded, such as `SIG/IX/N/wallet-1/maker`; booked once only.
  package var source: String
  package var time: Timestamp
  package var action: LedgerAction
  /// Which job, bundle and order it comes from; empty when nobody knows.
  package var reason: String

  package init(_ source: String, at time: Timestamp, _ action: LedgerAction, reason: String = "") {
    self.source = source
    self.time = time
    self.action = action
    self.reason = reason
  }
}

/// What an entry does. Amounts are atoms; all but changes are positive.
package enum LedgerAction: Sendable, Hashable, Codable {
  /// Tokens against SOL, with somebody else.
  case trade(LedgerTrade)
  /// Tokens against SOL between two own wallets, or two accounts of one; gains and loses nothing.
  case synthetic(buyer: WalletID, seller: WalletID, token: Int64, sol: Int64)
  /// Lamports paid as `kind`, negative for a rebate.
  case cost(LedgerKind, WalletID, Int64)
  /// Lamports that an account locks; negative for what it gives back.
  case rent(WalletID, Int64)
  /// One asset for another. `value` is what the given one is worth in lamports; where one of the two
  /// is SOL, its amount counts.
  case swap(WalletID, given: LedgerAsset, Int64, got: LedgerAsset, Int64, value: Int64)
  case transfer(from: WalletID, to: WalletID, LedgerAsset, Int64)
  /// A change from outside, and what it is worth in lamports at that moment, with its sign.
  case external(WalletID, LedgerAsset, Int64, value: Int64)
  /// A change that nothing explains, valued like an external one.
  case suspense(WalletID, LedgerAsset, Int64, value: Int64)
}

/// An own order's part in a trade.
package struct LedgerTrade: Sendable, Hashable, Codable {
  package var wallet: WalletID
  /// The side of one's own order.
  package var side: Side
  package var token: Int64
  package var sol: Int64
  /// Lamports paid on top, negative for a rebate.
  package var fee: Int64
  package var isMaker: Bool

  package init(
    _ wallet: WalletID, _ side: Side, token: Int64, sol: Int64, fee: Int64 = 0,
    isMaker: Bool = true
  ) {
    self.wallet = wallet
    self.side = side
    self.token = token
    self.sol = sol
    self.fee = fee
    self.isMaker = isMaker
  }
}

/// What one wallet got (or, negative, gave) of one asset. The account named `kind` has the opposite,
/// so all accounts of an asset together are always zero.
package struct LedgerLine: Sendable, Hashable, Codable {
  package var kind: LedgerKind
  package var wallet: WalletID
  package var asset: LedgerAsset
  package var amount: Int64

  package init(_ kind: LedgerKind, _ wallet: WalletID, _ asset: LedgerAsset, _ amount: Int64) {
    self.kind = kind
    self.wallet = wallet
    self.asset = asset
    self.amount = amount
  }
}

extension LedgerAction {
  /// The lines of the entry, those without an amount left out.
  package var lines: [LedgerLine] { allLines.filter { $0.amount != 0 } }

  private var allLines: [LedgerLine] {
    switch self {
    case .trade(let trade): trade.lines
    case .synthetic(let buyer, let seller, let token, let sol):
      [
        LedgerLine(.synthetic, seller, .token, -token),
        LedgerLine(.synthetic, buyer, .token, token),
        LedgerLine(.synthetic, buyer, .sol, -sol), LedgerLine(.synthetic, seller, .sol, sol),
      ]
    case .cost(let kind, let wallet, let amount): [LedgerLine(kind, wallet, .sol, -amount)]
    case .rent(let wallet, let locked):
      [
        LedgerLine(locked < 0 ? .rentReclaim : .rentLock, wallet, .sol, -locked),
        LedgerLine(locked < 0 ? .rentReclaim : .rentLock, wallet, .rent, locked),
      ]
    case .swap(let wallet, let given, let gave, let gained, let got, _):
      [LedgerLine(.swap, wallet, given, -gave), LedgerLine(.swap, wallet, gained, got)]
    case .transfer(let from, let to, let asset, let amount):
      [LedgerLine(.transfer, from, asset, -amount), LedgerLine(.transfer, to, asset, amount)]
    case .external(let wallet, let asset, let amount, _):
      [LedgerLine(.external, wallet, asset, amount)]
    case .suspense(let wallet, let asset, let amount, _):
      [LedgerLine(.suspense, wallet, asset, amount)]
    }
  }
}

extension LedgerTrade {
  fileprivate var lines: [LedgerLine] {
    let sign: Int64 = side == .bid ? 1 : -1
    return [
      LedgerLine(.trade, wallet, .token, sign * token),
      LedgerLine(.trade, wallet, .sol, -sign * sol),
      LedgerLine(isMaker ? .makerFee : .takerFee, wallet, .sol, -fee),
    ]
  }
}
