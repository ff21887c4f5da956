import PluginAPI

extension ByteEncoder {
  mutating func add(_ intent: Intent, _ keys: inout KeyTable) {
    switch intent {
    case .cancel(let account, let order):
      open(1, account.description, &keys)
      // A name that is no number is no order's.
      add(UInt64(order.description) ?? 0)
    case .cancelAll(let account): open(2, account.description, &keys)
    case .place(let account, let order):
      open(3, account.description, &keys)
      add(order)
    case .take(let account, let side, let size, let limit):
      open(4, account.description, &keys)
      add(UInt64(side == .bid ? 0 : 1))
      add(size.count)
      add(limit.count)
    case .consumeEvents: add(UInt64(5))
    case .settle(let account): open(6, account.description, &keys)
    case .transfer(let from, let to, let amount):
      open(7, from.description, &keys)
      add(keys.index(of: to.description))
      add(amount.count)
    case .createOpenOrders(let wallet): open(8, wallet.description, &keys)
    case .closeAccount(let account): open(9, account.description, &keys)
    case .swap(let wallet, let request):
      open(10, wallet.description, &keys)
      add(request)
    case .createMarket(let wallet, let market):
      open(11, wallet.description, &keys)
      add(market)
    @unknown default: add(UInt64(0))
    }
  }

  private mutating func open(_ tag: UInt64, _ name: String, _ keys: inout KeyTable) {
    add(tag)
    add(keys.index(of: name))
  }

  private mutating func add(_ order: NewOrder) {
    add(UInt64(order.side == .bid ? 0 : 1))
    add(order.price.count)
    add(order.size.count)
    add(UInt64(order.expires == nil ? 0 : 1))
    if let expires = order.expires { add(expires.nanoseconds) }
  }

  private mutating func add(_ request: SwapRequest) {
    switch request {
    case .buySOL(let usdc, let minimum):
      add(UInt64(0))
      add(usdc.count)
      add(minimum.count)
    case .sellSOL(let sol, let minimum):
      add(UInt64(1))
      add(sol.count)
      add(minimum.count)
    @unknown default: add(UInt64(2))
    }
  }

  private mutating func add(_ market: NewMarket) {
    add(market.name)
    for number in [
      market.lots.baseLot.count, market.lots.quoteLot.count, Int64(market.lots.tokenDecimals),
      market.lots.minimumSize.count, market.makerFee, market.takerFee,
    ] { add(number) }
  }
}

extension ByteDecoder {
  mutating func intent(_ keys: KeyTable) throws(ByteCodeError) -> Intent {
    switch try number() {
    case 1: .cancel(account: try account(keys), order: OrderID(String(try number())))
    case 2: .cancelAll(account: try account(keys))
    case 3: .place(account: try account(keys), try order())
    case 4:
      .take(
        account: try account(keys), side: try side(), size: BaseLots(try signed()),
        limit: PriceLots(try signed()))
    case 5: .consumeEvents
    case 6: .settle(account: try account(keys))
    case 7:
      .transfer(from: try wallet(keys), to: try wallet(keys), amount: Lamports(try signed()))
    case 8: .createOpenOrders(wallet: try wallet(keys))
    case 9: .closeAccount(account: try account(keys))
    case 10: .swap(wallet: try wallet(keys), try request())
    case 11: .createMarket(wallet: try wallet(keys), try market())
    default: throw ByteCodeError()
    }
  }

  private mutating func name(_ keys: KeyTable) throws(ByteCodeError) -> String {
    let index = try count(atMost: keys.names.count)
    guard index < keys.names.count else { throw ByteCodeError() }
    return keys.names[index]
  }

  private mutating func account(_ keys: KeyTable) throws(ByteCodeError) -> AccountID {
    AccountID(try name(keys))
  }

  private mutating func wallet(_ keys: KeyTable) throws(ByteCodeError) -> WalletID {
    WalletID(try name(keys))
  }

  private mutating func side() throws(ByteCodeError) -> Side { try number() == 0 ? .bid : .ask }

  private mutating func order() throws(ByteCodeError) -> NewOrder {
    let (side, price, size) = (try side(), PriceLots(try signed()), BaseLots(try signed()))
    let expires = try number() == 0 ? nil : Timestamp(nanoseconds: try signed())
    return NewOrder(side: side, price: price, size: size, expires: expires)
  }

  private mutating func request() throws(ByteCodeError) -> SwapRequest {
    switch try number() {
    case 0: .buySOL(usdc: USD(try signed()), minimum: Lamports(try signed()))
    case 1: .sellSOL(sol: Lamports(try signed()), minimum: USD(try signed()))
    default: throw ByteCodeError()
    }
  }

  private mutating func market() throws(ByteCodeError) -> NewMarket {
    let name = try text()
    let lots = MarketLots(
      baseLot: TokenAmount(try signed()), quoteLot: Lamports(try signed()),
      tokenDecimals: Int(clamping: try signed()), minimumSize: BaseLots(try signed()))
    return NewMarket(
      name: name, lots: lots, makerFee: try signed(), takerFee: try signed())
  }
}
