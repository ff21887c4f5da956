import PluginAPI

/// What an injection really did, for events and records.
struct Deed: Sendable {
  private let injection: Injection
  let usdc: USD
  let sol: SOL

  init(_ open: OpenInjection, _ outcome: BundleOutcome) {
    injection = open.injection
    var (usdc, sol) = (open.charge, open.sol)
    if case .landed(_, let results) = outcome, case .swapped(let swap)? = results.first {
      (usdc, sol) = (swap.usdc, SOL(swap.sol))
    }
    (self.usdc, self.sol) = (usdc, sol)
  }

  /// The fields of `FIAT_INJECTION`.
  var fields: [String: String] {
    [
      "usdc": String(usdc.description.dropLast(" USD".count)),
      "sol": String(sol.description.dropLast(" SOL".count)),
      "direction": injection.swap?.direction.rawValue ?? "transfer", "reason": injection.reason,
      "wallets": "\(receivers)",
    ]
  }

  var text: String {
    let given = receivers == 0 ? "" : ", \(receivers) wallet\(receivers == 1 ? "" : "s") got SOL"
    return switch injection.swap?.direction {
    case .buySOL: "\(injection.reason): bought \(sol) for \(usdc)\(given)"
    case .sellSOL: "\(injection.reason): sold \(sol) for \(usdc)\(given)"
    case nil: "\(injection.reason): moved \(sol)\(given)"
    }
  }

  private var receivers: Int { Set(injection.transfers.map(\.to)).count }
}
