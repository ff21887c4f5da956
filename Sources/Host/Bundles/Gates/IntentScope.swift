package import PluginAPI

extension Intent {
  /// Takes orders off the book and does nothing else; passes in every trading mode.
  package var isCancel: Bool {
    switch self {
    case .cancel, .cancelAll, .consumeEvents: true
    case .place, .take, .settle, .transfer, .createOpenOrders, .closeAccount, .swap, .createMarket:
      false
    @unknown default: false
    }
  }

  /// Takes money off the market, or orders off the book.
  package var isReducing: Bool {
    switch self {
    case .settle, .closeAccount: true
    default: isCancel
    }
  }

  /// What a job must be allowed to do.
  /// `nil` for an intent that this host does not know.
  package var capability: Capability? {
    switch self {
    case .cancel, .cancelAll, .place, .take, .consumeEvents, .settle: .trade
    case .transfer: .transfer
    case .createOpenOrders: .createAccounts
    case .closeAccount: .closeAccounts
    case .swap: .swap
    case .createMarket: .createMarket
    @unknown default: nil
    }
  }

  /// The open-orders account that it works on, if any.
  package var account: AccountID? {
    switch self {
    case .cancel(let account, _), .cancelAll(let account), .place(let account, _),
      .take(let account, _, _, _), .settle(let account), .closeAccount(let account):
      account
    case .consumeEvents, .transfer, .createOpenOrders, .swap, .createMarket: nil
    @unknown default: nil
    }
  }

  /// The wallets that it names itself.
  package var wallets: [WalletID] {
    switch self {
    case .transfer(let from, let to, _): [from, to]
    case .createOpenOrders(let wallet), .swap(let wallet, _), .createMarket(let wallet, _): [wallet]
    default: []
    }
  }

  /// Whether it puts something on the market at a price.
  package var isPriced: Bool {
    switch self {
    case .place, .take: true
    default: false
    }
  }
}

extension Bundle {
  /// Whether the bundle only cancels. Such a bundle passes in every trading mode.
  package var isCancelOnly: Bool { !intents.isEmpty && intents.allSatisfy(\.isCancel) }
}
