/// What a plugin library says about itself.
///
/// A plugin exports one function that returns it, named after the plugin in snake case and after
/// the version of the contract:
///
///     @c(flash_volume_plugin_v1) public func flashVolumePlugin() -> UnsafeMutableRawPointer {
///       PluginManifest(name: "FlashVolume", version: "1.0.0", jobs: [FlashVolume.self]).exported()
///     }
public struct PluginManifest: Sendable {
  /// The version of the contract that this library speaks; part of the entry symbol's name.
  public static let contractVersion = 1

  /// The plugin's name: that of its library without `lib` and `.so`.
  public let name: String
  /// The plugin's own version, for people.
  public let version: String
  /// The jobs it offers.
  @_spi(Host) public let jobs: [JobDescriptor]

  /// Makes a manifest.
  public init(name: String, version: String, jobs: [any Job.Type]) {
    self.name = name
    self.version = version
    self.jobs = jobs.map(JobDescriptor.init)
  }

  /// The manifest as a pointer that the host takes over.
  public func exported() -> UnsafeMutableRawPointer {
    unsafe Unmanaged.passRetained(ManifestBox(self)).toOpaque()
  }

  /// Takes over a manifest that a plugin's entry function returned.
  ///
  /// The pointer must come from `exported()` of the same contract version.
  @_spi(Host) public static func imported(_ pointer: UnsafeMutableRawPointer) -> PluginManifest {
    unsafe Unmanaged<ManifestBox>.fromOpaque(pointer).takeRetainedValue().manifest
  }

  /// The name of the entry function of the plugin called `name`, such as `flash_volume_plugin_v1`.
  @_spi(Host) public static func entrySymbol(
    plugin name: String, contract version: Int = contractVersion
  ) -> String {
    "\(JobParameters.snakeCase(name))_plugin_v\(version)"
  }
}

private final class ManifestBox: Sendable {
  let manifest: PluginManifest
  init(_ manifest: PluginManifest) { self.manifest = manifest }
}

/// A job type without its type: what the worker needs to describe, check and make it.
@_spi(Host) public struct JobDescriptor: Sendable {
  /// The kind's name.
  public let kind: JobKind
  /// What the job does, in a sentence.
  public let summary: String
  /// What the job declares that it may do on chain.
  public let capabilities: Set<Capability>
  /// The job's parameters, in the order of declaration.
  public let parameters: [ParameterSchema]
  private let type: any Job.Type

  /// Describes `type`.
  public init(_ type: any Job.Type) {
    self.type = type
    kind = type.kind
    summary = type.summary
    capabilities = type.capabilities
    parameters = JobParameters.schemas(of: type.init())
  }

  /// Makes a job with the given parameters; the value may be copied for any number of runs.
  ///
  /// - Throws: `ParameterProblems` with all problems at once.
  public func make(_ values: [String: String]) throws(ParameterProblems) -> any Job {
    let job = type.init()
    try JobParameters.bind(values, to: job)
    let problems = job.validate()
    guard problems.isEmpty else { throw ParameterProblems(problems) }
    return job
  }
}
