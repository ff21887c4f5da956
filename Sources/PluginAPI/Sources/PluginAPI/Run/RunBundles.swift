/// The one way to the chain.
public struct RunBundles: Sendable {
  let services: any RunServices

  /// Hands a bundle over. When the call returns, the bundle is stored and will be followed to its
  /// end, whatever happens to this job or to the host.
  ///
  /// The n-th submission of a run has the same identity in every attempt of its slot, so a retried
  /// run cannot make the same thing happen twice: an attempt that decides otherwise than the one
  /// before gets the receipt of what was accepted first, and what it asks for is not sent. A run that
  /// wants to act on new prices must leave that to the next slot. Bundles that only cancel always go.
  ///
  /// - Throws: `Refusal` when the service refuses it; nothing was done then.
  public func submit(_ bundle: Bundle) async throws -> BundleReceipt {
    guard case .receipt(let receipt) = try await services.answer(.submit(bundle)) else {
      throw ServiceError("unexpected answer to submit")
    }
    return receipt
  }

  /// Waits until a bundle's fate is known, or the run is cancelled.
  ///
  /// - Throws: `ServiceError` when no such bundle was accepted.
  public func outcome(of receipt: BundleReceipt) async throws -> BundleOutcome {
    guard case .outcome(let outcome) = try await services.answer(.outcome(receipt.id)) else {
      throw ServiceError("unexpected answer to outcome")
    }
    return outcome
  }
}

/// Prices for swaps between SOL and USDC.
public struct RunSwaps: Sendable {
  let services: any RunServices

  /// What `request` would give now.
  ///
  /// - Throws: `ServiceError` when no price can be had.
  public func quote(_ request: SwapRequest) async throws -> SwapQuote {
    guard case .quote(let quote) = try await services.answer(.quote(request)) else {
      throw ServiceError("unexpected answer to quote")
    }
    return quote
  }
}

/// Accounts that hold rent.
public struct RunAccounts: Sendable {
  let services: any RunServices

  /// Idle accounts of one's own wallets, with the rent that closing them gives back.
  ///
  /// - Throws: `ServiceError` when the venue cannot be read.
  public var reclaimable: [ReclaimableAccount] {
    get async throws {
      guard case .reclaimable(let accounts) = try await services.answer(.reclaimable) else {
        throw ServiceError("unexpected answer to reclaimable")
      }
      return accounts
    }
  }
}

/// Starts other jobs.
public struct RunSignals: Sendable {
  let services: any RunServices

  /// Sends `signal.<name>` to every job that listens to it.
  ///
  /// - Throws: `Refusal` when the job may not send signals.
  public func send(_ name: String) async throws {
    _ = try await services.answer(.signal(name))
  }
}

extension RunServices {
  /// Asks, and turns a refusal or a failure into an error.
  func answer(_ call: ServiceCall) async throws -> ServiceReply {
    switch try await self.call(call) {
    case .refused(let refusal): throw refusal
    case .failed(let message): throw ServiceError(message)
    case let reply: return reply
    }
  }
}
