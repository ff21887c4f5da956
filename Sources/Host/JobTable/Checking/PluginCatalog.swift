@_spi(Host) package import PluginAPI

/// What the plugins offer, as their workers told.
package struct PluginCatalog: Sendable, Hashable, Codable {
  /// One kind of job of a plugin.
  package struct Kind: Sendable, Hashable, Codable {
    /// Its name.
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

    package init(_ job: JobDescriptor) {
      self.init(
        kind: job.kind, summary: job.summary, capabilities: job.capabilities,
        parameters: job.parameters)
    }
  }

  /// The kinds of each plugin, by its name.
  package var plugins: [String: [Kind]]

  package init(_ plugins: [String: [Kind]] = [:]) { self.plugins = plugins }

  /// The kind that an entry runs; `nil` when the plugin has no such kind, or several to choose from.
  package func kind(of job: JobEntry) -> Kind? {
    guard let kinds = plugins[job.plugin] else { return nil }
    guard let wanted = job.kind else { return kinds.count == 1 ? kinds[0] : nil }
    return kinds.first { $0.kind == wanted }
  }

  /// Whether a parameter of an entry must not be shown.
  package func isSecret(_ parameter: String, of job: JobEntry) -> Bool {
    job.secretParameters.contains(parameter)
      || kind(of: job)?.parameters.contains { $0.name == parameter && $0.isSecret } ?? false
  }
}
