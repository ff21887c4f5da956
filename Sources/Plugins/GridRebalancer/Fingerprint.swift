import PluginAPI

extension GridRebalancer {
  /// A number that changes with any parameter: FNV-1a over their texts. It tells a new table from
  /// the one that the standing grid was built with.
  var fingerprint: Int64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for child in Mirror(reflecting: self).children {
      guard let parameter = child.value as? any ParameterText else { continue }
      for byte in parameter.text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
      hash = (hash ^ 0xff) &* 0x100_0000_01b3
    }
    return Int64(bitPattern: hash)
  }
}

/// A parameter of any type, as text.
private protocol ParameterText {
  var text: String { get }
}

extension Parameter: ParameterText {
  fileprivate var text: String { wrappedValue.parameterText }
}
