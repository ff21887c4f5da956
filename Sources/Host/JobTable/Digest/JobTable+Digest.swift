import Isolation
import PluginAPI

extension JobEntry {
  /// A stable hash of all that `isSame(as:)` compares.
  package var digest: UInt64 {
    var digest = StableDigest()
    digest.add(name)
    for line in JobText.lines(self) { digest.add(line.value ?? "\u{0}") }
    for (name, text) in parameters.sorted(by: { $0.key < $1.key }) {
      digest.add(name)
      digest.add(text)
    }
    return digest.value
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
