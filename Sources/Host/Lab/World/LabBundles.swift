import Bundles
import Isolation
import PluginAPI

/// The bundle service with its clock.
///
/// A host's service looks after its bundles every 200 ms. Here it is only called when there is
/// something to look after, at the same moments: months pass without anything under way.
actor LabBundles {
  private let service: BundleService
  private let settings: DispatchSettings
  private var next = MonotonicInstant(nanoseconds: .max)

  init(_ service: BundleService, _ settings: DispatchSettings) {
    self.service = service
    self.settings = settings
  }

  /// As the service does.
  ///
  /// - Throws: `Refusal`.
  func submit(_ bundle: Bundle, from submitter: Submitter) async throws -> BundleReceipt {
    let receipt = try await service.submit(bundle, from: submitter).get()
    wake(after: settings.poll)
    return receipt
  }

  func outcome(of id: BundleID) async throws -> BundleOutcome? {
    try await service.outcome(of: id)
  }

  /// Begins to look after bundles.
  func start() { wake(after: settings.poll) }

  /// Sets the alarm to the first moment of the service's clock that is so far away.
  private func wake(after pause: Duration) {
    let step = settings.poll.nanoseconds
    let earliest = VirtualTime.now.nanoseconds + pause.nanoseconds
    let moment = MonotonicInstant(nanoseconds: (earliest + step - 1) / step * step)
    guard moment < next else { return }
    next = moment
    // Not a child: the clock goes on until the process ends.
    Task {
      try await VirtualTime.pause(until: moment)
      await self.tick(moment)
    }
  }

  private func tick(_ moment: MonotonicInstant) async {
    guard moment == next else { return }
    next = MonotonicInstant(nanoseconds: .max)
    await service.tick()
    wake(after: await pause)
  }

  /// What landed only waits for finality; with nothing at all the chain is compared now and then.
  private var pause: Duration {
    get async {
      if await !service.isIdle { return settings.poll }
      return await service.underWay().isEmpty ? settings.compare : settings.finalityPoll
    }
  }
}
