import PluginAPI

/// What a swap's quote comes to, beside the oracle.
enum Offer: Sendable, Hashable {
  /// The swap as it is asked for, with the least that must come out, and the SOL that it is about.
  case taken(SwapRequest, SOL)
  /// Why the quote is not taken.
  case refused(String)

  static func ask(
    _ swap: Injection.Swap, price: USD, settings: FinancialInjection, _ run: Run
  ) async throws -> Offer {
    switch swap.direction {
    case .buySOL:
      let fair = try Lamports(swap.usdc, at: price)
      let quote = try await run.swaps.quote(.buySOL(usdc: swap.usdc, minimum: .zero))
      return try judge(quote.sol, fair: fair, settings, shown: "\(SOL(quote.sol))") { least in
        .taken(.buySOL(usdc: swap.usdc, minimum: least), SOL(quote.sol))
      }
    case .sellSOL:
      let sol = try Lamports(swap.usdc, at: price)
      let quote = try await run.swaps.quote(.sellSOL(sol: sol, minimum: .zero))
      return try judge(
        quote.usdc, fair: try sol.value(at: price), settings, shown: "\(quote.usdc)"
      ) { least in
        .taken(.sellSOL(sol: sol, minimum: least), SOL(sol))
      }
    }
  }

  /// Less than the oracle's value less the slippage is a bad price; more than the deviation above
  /// it means that one of the two is wrong, and nobody knows which.
  private static func judge<Q: Quantity>(
    _ quoted: Q, fair: Q, _ settings: FinancialInjection, shown: String, take: (Q) -> Offer
  ) throws(ArithmeticOverflow) -> Offer {
    let floor = try fair.subtracting(settings.slippage.of(fair))
    guard quoted >= floor else {
      return .refused(
        "the quote of \(shown) is worse than the oracle by more than \(settings.slippage)")
    }
    guard quoted <= (try fair.adding(settings.maxDeviation.of(fair))) else {
      return .refused(
        "the quote of \(shown) and the oracle contradict each other by more than "
          + "\(settings.maxDeviation)")
    }
    return take(max(floor, try quoted.subtracting(settings.slippage.of(quoted))))
  }
}
