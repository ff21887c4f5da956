import Isolation
import PluginAPI

extension JobEntry {
  /// A stable hash of all that `isSame(as:)` compares.
  package var digest: UInt64 {
    var digest = StableDigest()
    digest.add(name)
    terms.add(to: &digest)
    return digest.value
  }
}

extension JobTerms {
  fileprivate func add(to digest: inout StableDigest) {
    digest.add(plugin)
    digest.add(kind?.description ?? "")
    digest.add(isEnabled ? 1 : 0)
    add(cadence, to: &digest)
    addPolicies(to: &digest)
    for grant in grants.sorted() { digest.add(grant.rawValue) }
    for (name, text) in parameters.sorted(by: { $0.key < $1.key }) {
      digest.add(name)
      digest.add(text)
    }
  }

  private func add(_ cadence: Cadence, to digest: inout StableDigest) {
    digest.add(cadence.every)
    digest.add(cadence.cron?.expression ?? "")
    digest.add(cadence.cron?.zone ?? "")
    digest.add(cadence.cron?.gap.rawValue ?? "")
    digest.add(cadence.cron?.fold.rawValue ?? "")
    digest.add(UInt64(bitPattern: cadence.at?.nanoseconds ?? .min))
    digest.add(cadence.idle)
    for signal in cadence.signals { digest.add(signal) }
    digest.add(cadence.jitter)
    digest.add(cadence.phase)
  }

  private func addPolicies(to digest: inout StableDigest) {
    digest.add(overlap.rawValue)
    switch misfire {
    case .skip: digest.add(0)
    case .latest: digest.add(1)
    case .all(let max): digest.add(2 + UInt64(max))
    }
    digest.add(timeout)
    digest.add(UInt64(retry.attempts))
    digest.add(retry.firstPause)
    digest.add(retry.longestPause)
    digest.add(UInt64(bitPattern: Int64(priority)))
    digest.add(group ?? "")
    digest.add(precision.rawValue)
    digest.add(onLost.rawValue)
    digest.add(UInt64(failureBudget))
    digest.add(maxLateness)
  }
}

extension StableDigest {
  fileprivate mutating func add(_ duration: Duration?) {
    add(UInt64(bitPattern: duration?.nanoseconds ?? .min))
  }
}

extension JobTable {
  /// A stable hash of all that the table says, whatever the order and the looks of its file.
  package var digest: UInt64 {
    var digest = StableDigest()
    for section in SectionSettings.all { section.show(self).forEach { digest.add($0) } }
    for (name, limit) in groups.sorted(by: { $0.key < $1.key }) {
      digest.add(name)
      digest.add(UInt64(limit))
    }
    // A sum does not depend on the order of the jobs, and so spares sorting them.
    digest.add(jobs.values.reduce(0) { $0 &+ $1.digest })
    return digest.value
  }
}
