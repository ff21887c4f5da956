import PluginAPI

/// Carries an injection out: quote, budget, one bundle, event.
struct Execution {
  let settings: FinancialInjection
  let run: Run
  let price: USD
  let budget: DayBudget

  func perform(_ injection: Injection) async throws -> Outcome {
    var intents: [Intent] = []
    var sol = SOL(try injection.moved)
    if let swap = injection.swap {
      let (request, quoted) = try await request(swap)
      guard let request else {
        return .nothingToDo(
          "the quote of \(quoted) is worse than the oracle by more than \(settings.slippage)")
      }
      intents.append(.swap(wallet: swap.wallet, request))
      sol = quoted
    }
    intents += injection.transfers.map { .transfer(from: $0.from, to: $0.to, amount: $0.amount) }
    let bundle = Bundle("injection: \(injection.reason)", tip: settings.tip, intents: intents)
    return try await send(bundle, injection, sol: sol)
  }

  /// The swap as it is asked for, with the least that must come out; `nil` for a bad quote.
  private func request(_ swap: Injection.Swap) async throws -> (SwapRequest?, SOL) {
    switch swap.direction {
    case .buySOL:
      let fair = try Lamports(swap.usdc, at: price)
      let quote = try await run.swaps.quote(.buySOL(usdc: swap.usdc, minimum: .zero))
      let floor = try bounded(fair)
      let fits = quote.sol >= floor
      return (fits ? .buySOL(usdc: swap.usdc, minimum: floor) : nil, SOL(quote.sol))
    case .sellSOL:
      let sol = try Lamports(swap.usdc, at: price)
      let quote = try await run.swaps.quote(.sellSOL(sol: sol, minimum: .zero))
      let floor = try bounded(try sol.value(at: price))
      let fits = quote.usdc >= floor
      return (fits ? .sellSOL(sol: sol, minimum: floor) : nil, SOL(sol))
    }
  }

  /// `fair` less the slippage.
  private func bounded<Q: Quantity>(_ fair: Q) throws(ArithmeticOverflow) -> Q {
    try fair.subtracting(settings.slippage.of(fair))
  }

  private func send(_ bundle: Bundle, _ injection: Injection, sol: SOL) async throws -> Outcome {
    let usdc = injection.swap?.usdc ?? .zero
    // The budget is charged first: after a crash it may be too small, never too large.
    if usdc > .zero { try await budget.spending(usdc).store(run) }
    let receipt: BundleReceipt
    do { receipt = try await run.bundles.submit(bundle) } catch let refusal as Refusal {
      if usdc > .zero { try await budget.store(run) }
      guard refusal.code.isTemporary else { throw refusal }
      return .nothingToDo(refusal.description)
    }
    let outcome = try await run.bundles.outcome(of: receipt)
    guard outcome.hasLanded else {
      if usdc > .zero, outcome != .unknown { try await budget.store(run) }
      throw InjectionFailure(description: "\(bundle.label) did not happen: \(outcome)")
    }
    tell(injection, usdc: usdc, sol: sol)
    return .done("\(injection.reason): \(describe(injection, usdc: usdc, sol: sol))")
  }

  private func tell(_ injection: Injection, usdc: USD, sol: SOL) {
    run.events.emit(
      "FIAT_INJECTION",
      [
        "usdc": String(usdc.description.dropLast(" USD".count)),
        "sol": String(sol.description.dropLast(" SOL".count)),
        "direction": injection.swap.map { "\($0.direction)" } ?? "transfer",
        "reason": injection.reason, "wallets": "\(injection.transfers.count)",
      ])
    run.metrics.add("fiat_injections")
    run.metrics.add("fiat_injection_usdc", Double(usdc.count) / 1e6)
  }

  private func describe(_ injection: Injection, usdc: USD, sol: SOL) -> String {
    let given =
      injection.transfers.isEmpty ? "" : ", \(injection.transfers.count) wallets topped up"
    switch injection.swap?.direction {
    case .buySOL: return "bought \(sol) for \(usdc)\(given)"
    case .sellSOL: return "sold \(sol) for \(usdc)\(given)"
    case nil: return "moved \(sol)\(given)"
    }
  }
}

/// A bundle that did not end as it should.
struct InjectionFailure: Error, CustomStringConvertible {
  let description: String
}
