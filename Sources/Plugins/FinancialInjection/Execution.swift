import PluginAPI

/// Carries injections out: quote, preconditions, charge, one bundle, event.
struct Execution {
  let settings: FinancialInjection
  let run: Run
  var account: DayAccount

  // MARK: What an earlier run left

  /// Brings an injection to its end whose run was lost or could not wait.
  ///
  /// - Returns: How this run ends because of it; `nil` when a new injection may be planned.
  mutating func finishEarlier() async throws -> Outcome? {
    if run.attempt > 1, account.closed == run.plannedAt {
      return .nothingToDo("an earlier attempt of this slot brought its injection to an end")
    }
    guard let open = account.open else { return nil }
    if run.attempt > 1, open.planned == run.plannedAt { return try await submit(open) }
    guard let receipt = open.receipt, let outcome = try? await run.bundles.outcome(of: receipt)
    else {
      run.log.warning(
        "an injection of a lost run stays charged, its fate is not known: \(open.bundle.label)")
      account.keep()
      try await account.store(run)
      return nil
    }
    if outcome == .unknown {
      return .nothingToDo("the fate of the last injection is not known yet: \(open.bundle.label)")
    }
    do { run.log.info("an earlier injection: \(try await close(open, outcome))") } catch {
      run.log.warning("an earlier injection: \(error)")
    }
    return nil
  }

  // MARK: A new one

  mutating func perform(_ injection: Injection, price: USD) async throws -> Outcome {
    var intents: [Intent] = []
    var sol = try injection.moved
    if let swap = injection.swap {
      switch try await Offer.ask(swap, price: price, settings: settings, run) {
      case .refused(let why): return .nothingToDo(why)
      case .taken(let request, let amount):
        intents.append(.swap(wallet: swap.wallet, request))
        sol = amount
      }
    }
    guard try injection.isCovered(by: try await run.swarm, at: price) else {
      return .nothingToDo("\(injection.reason): balances changed while it was planned")
    }
    intents += injection.transfers.map { .transfer(from: $0.from, to: $0.to, amount: $0.amount) }
    let open = OpenInjection(
      planned: run.plannedAt, day: DayAccount.number(of: run.now), injection: injection, sol: sol,
      bundle: Bundle("injection: \(injection.reason)", tip: settings.tip, intents: intents))
    try account.begin(open, at: run.now)
    try await account.store(run)
    return try await submit(open)
  }

  private mutating func submit(_ injection: OpenInjection) async throws -> Outcome {
    var open = injection
    let receipt: BundleReceipt
    do { receipt = try await run.bundles.submit(open.bundle) } catch let refusal as Refusal {
      account.drop()
      try await account.store(run)
      guard refusal.code.isTemporary else { throw refusal }
      return .nothingToDo(refusal.description)
    }
    open.receipt = receipt
    account.open = open
    try await account.store(run)
    return .done(try await close(open, try await run.bundles.outcome(of: receipt)))
  }

  /// Writes down how an injection ended.
  ///
  /// - Returns: What it did.
  /// - Throws: `InjectionFailure` when it did not do it.
  private mutating func close(_ open: OpenInjection, _ outcome: BundleOutcome) async throws
    -> String
  {
    var failure: InjectionFailure? = InjectionFailure(
      description: "\(open.bundle.label) did not happen: \(outcome)")
    switch outcome {
    case .unknown:
      failure = InjectionFailure(
        description: "\(open.bundle.label) stays charged until its fate is known")
    case .landed:
      failure = nil
      account.keep()
    case .partial:
      failure = InjectionFailure(
        description: "\(open.bundle.label) happened in part and stays charged: \(outcome)")
      account.keep()
    default: account.giveBack()
    }
    if account.open == nil { try await account.store(run) }
    if let failure { throw failure }
    return tell(Deed(open, outcome))
  }

  private func tell(_ deed: Deed) -> String {
    run.events.emit("FIAT_INJECTION", deed.fields)
    run.metrics.add("fiat_injections")
    run.metrics.add("fiat_injection_usdc", Double(deed.usdc.count) / 1e6)
    return deed.text
  }
}

/// A bundle that did not end as it should.
struct InjectionFailure: Error, CustomStringConvertible {
  let description: String
}
