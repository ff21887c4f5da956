package import PluginAPI
package import Wire

/// What a plugin says about itself.
package struct PluginDescription: Sendable, Hashable {
  /// The plugin's name.
  package var name: String
  /// The plugin's own version.
  package var version: String
  /// The contract that it speaks.
  package var contract: Int
  /// The library's SHA-256 digest, in lower-case hexadecimal.
  package var digest: String
  /// The jobs it offers.
  package var jobs: [JobDescription]

  init(_ hello: WorkerHello) {
    name = hello.plugin
    version = hello.version
    contract = hello.contract
    digest = hello.digest
    jobs = hello.jobs
  }

  /// The job of this kind, or the only one when `kind` is `nil`.
  package func job(_ kind: JobKind?) -> JobDescription? {
    guard let kind else { return jobs.count == 1 ? jobs.first : nil }
    return jobs.first { $0.kind == kind }
  }
}

/// Why a plugin cannot be used.
package struct PluginProblem: Error, Sendable, Hashable, CustomStringConvertible {
  /// The plugin.
  package var plugin: String
  /// What is wrong, what was expected, what to do.
  package var message: String
  /// What its worker printed when it crashed; bounded.
  package var backtrace: String?

  package init(plugin: String, _ message: String, backtrace: String? = nil) {
    self.plugin = plugin
    self.message = message
    self.backtrace = backtrace
  }

  package var description: String { "plugin \(plugin): \(message)" }
}

/// What an upgrade changed.
package struct UpgradeReport: Sendable, Hashable {
  package var plugin: String
  /// Version and digest before.
  package var from: String
  /// Version and digest after.
  package var to: String
  /// Capabilities that jobs of the table gained, by job name; all of them granted.
  package var gained: [String: Set<Capability>]
  /// Capabilities that jobs of the table gave up, by job name.
  package var lost: [String: Set<Capability>]
}
