import PluginAPI

@testable import Bundles

let wall = Timestamp(seconds: 1_750_000_000)
let trader: Set<Capability> = [.trade, .transfer, .swap, .createAccounts, .closeAccounts]

func order(_ id: String, _ side: Side, _ price: Int64, _ size: Int64 = 10) -> OpenOrder {
  OpenOrder(
    id: OrderID(id), side: side, price: PriceLots(price), size: BaseLots(size), placed: wall,
    expires: nil)
}

/// Two wallets with two accounts each; a lot of price is a lamport, a lot of size a token atom.
func state(orders: [AccountID: [OpenOrder]] = [:]) -> VenueState {
  let wallets = ["a", "b"].map { name in
    Wallet(
      id: WalletID(name), publicKey: name, sol: Lamports(1_000_000_000),
      token: TokenAmount(1_000_000),
      usdc: 100,
      accounts: ["\(name)1", "\(name)2"].map { account in
        let id = AccountID(account)
        return OpenOrdersAccount(
          id: id, orders: orders[id] ?? [], rent: Lamports(9_688_320), lastUsed: wall)
      })
  }
  var state = VenueState(
    slot: 1, time: wall,
    lots: MarketLots(
      baseLot: TokenAmount(1), quoteLot: Lamports(1), tokenDecimals: 0, minimumSize: BaseLots(5)),
    swarm: Swarm(wallets: wallets), costs: VenueCosts())
  state.bids = [BookLevel(price: PriceLots(90), size: BaseLots(1_000))]
  state.asks = [BookLevel(price: PriceLots(110), size: BaseLots(1_000))]
  state.oracle = OraclePrice(price: 150, time: wall)
  return state
}

let simulator = VenueIdentity(kind: "simulator", cluster: "test", allowsSyntheticVolume: true)
let mainNet = VenueIdentity(kind: "solana", cluster: "main", allowsSyntheticVolume: false)

func submitter(
  _ job: String = "grid", slot: String = "s", effect: Int = 0,
  _ capabilities: Set<Capability> = trader
) -> Submitter {
  Submitter(job: job, run: "r", slot: slot, effect: effect, capabilities: capabilities)
}

/// A context that every gate lets pass, with a bundle of the given intents.
func context(
  _ intents: [Intent], tip: SOL = 0, over venue: VenueState = state(),
  at identity: VenueIdentity? = simulator, _ capabilities: Set<Capability> = trader,
  inFlight: InFlight = InFlight()
) -> GateContext {
  GateContext(
    bundle: Bundle("test", tip: tip, intents: intents), submitter: submitter(capabilities),
    reading: GateReading(state: venue, identity: identity, pivot: PriceLots(100)), now: wall,
    inFlight: inFlight)
}

func submitter(_ capabilities: Set<Capability>) -> Submitter {
  submitter("grid", capabilities)
}

func place(_ account: AccountID, _ side: Side, _ price: Int64, _ size: Int64 = 10) -> Intent {
  .place(account: account, NewOrder(side: side, price: PriceLots(price), size: BaseLots(size)))
}

func take(_ account: AccountID, _ side: Side, _ limit: Int64, _ size: Int64 = 10) -> Intent {
  .take(account: account, side: side, size: BaseLots(size), limit: PriceLots(limit))
}
