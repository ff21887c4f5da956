@_spi(Host) package import PluginAPI

/// The first frame of a channel: what the host is, and what the worker shall load.
package struct HostHello: Sendable, Hashable, Codable {
  /// The version of the frames that the host writes.
  package var wire: Int
  /// The oldest and the newest contract that the host can serve.
  package var oldestContract: Int
  package var newestContract: Int
  /// The compiler that built the host.
  package var toolchain: String
  /// The plugin's name.
  package var plugin: String
  /// Where its library is.
  package var library: String
  /// The SHA-256 digest that the library must have, in lower-case hexadecimal, if it is pinned.
  package var pin: String?
  /// Memory that the worker may use, in bytes.
  package var memory: Int64
  /// Descriptors that the worker may open.
  package var files: Int

  package init(plugin: String, library: String, pin: String?, memory: Int64, files: Int) {
    wire = Wire.version
    oldestContract = Wire.contracts.lowerBound
    newestContract = Wire.contracts.upperBound
    toolchain = Wire.toolchain
    self.plugin = plugin
    self.library = library
    self.pin = pin
    self.memory = memory
    self.files = files
  }
}

/// The worker's answer when it could load the plugin.
package struct WorkerHello: Sendable, Hashable, Codable {
  /// The version of the frames that the worker writes.
  package var wire: Int
  /// The contract that the plugin speaks.
  package var contract: Int
  /// The compiler that built the worker.
  package var toolchain: String
  /// The plugin's name as it calls itself.
  package var plugin: String
  /// The plugin's own version.
  package var version: String
  /// The library's SHA-256 digest, in lower-case hexadecimal.
  package var digest: String
  /// The jobs it offers.
  package var jobs: [JobDescription]

  package init(
    contract: Int, plugin: String, version: String, digest: String, jobs: [JobDescription]
  ) {
    wire = Wire.version
    toolchain = Wire.toolchain
    self.contract = contract
    self.plugin = plugin
    self.version = version
    self.digest = digest
    self.jobs = jobs
  }
}

/// One kind of job that a plugin offers.
package struct JobDescription: Sendable, Hashable, Codable {
  /// The kind's name.
  package var kind: JobKind
  /// What it does, in a sentence.
  package var summary: String
  /// What it declares that it may do on chain.
  package var capabilities: Set<Capability>
  /// Its parameters, in the order of declaration.
  package var parameters: [ParameterSchema]

  package init(
    kind: JobKind, summary: String, capabilities: Set<Capability>, parameters: [ParameterSchema]
  ) {
    self.kind = kind
    self.summary = summary
    self.capabilities = capabilities
    self.parameters = parameters
  }
}

/// The worker's answer when it could not load the plugin; it exits afterwards.
package struct LoadFailure: Error, Sendable, Hashable, Codable, CustomStringConvertible {
  /// The named reason.
  package enum Reason: String, Sendable, Hashable, Codable {
    /// Host and worker write different frames.
    case wireMismatch
    /// The library is not there, cannot be read, or is no library.
    case notLoadable
    /// The library has another digest than the pinned one.
    case wrongDigest
    /// The library exports an entry function of another contract only.
    case contractMismatch
    /// The library exports no entry function.
    case noEntry
    /// What the plugin says about itself contradicts itself.
    case badManifest
  }

  package var reason: Reason
  /// What was found, what was expected, and what to do.
  package var message: String

  package init(_ reason: Reason, _ message: String) {
    self.reason = reason
    self.message = message
  }

  package var description: String { message }
}
