extension JobEntry: CustomStringConvertible {
  /// The job in one line, without its parameters: one of them may be secret.
  package var description: String { "\(name) (\(terms.plugin), \(JobText.cadence(self)))" }

  /// The parameters as they may be shown, secrets masked; `catalog` tells which further ones are.
  package func shownParameters(_ catalog: PluginCatalog = PluginCatalog()) -> [String: String] {
    let parameters = terms.parameters
    var shown = parameters
    for name in parameters.keys where catalog.isSecret(name, of: self) {
      shown[name] = Masking.mask
    }
    return shown
  }
}
