/// A plugin's name in the spellings that its files need.
struct PluginName: Sendable, Equatable {
  /// Such as `PriceAlert`; the module, the library and the type.
  let module: String

  /// - Throws: `UsageError` when the name is no Swift module name in upper camel case.
  init(_ text: String) throws(UsageError) {
    let isWord = text.utf8.allSatisfy { byte in
      (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }
    guard isWord, text.first?.isUppercase == true, text.count <= 64, text != "PluginAPI" else {
      throw UsageError(
        "'\(text)' cannot name a plugin: expected letters and digits, the first a capital, such as PriceAlert"
      )
    }
    module = text
  }

  /// Such as `price-alert`; the job in a table.
  var kind: String { joined(by: "-") }

  /// Such as `price_alert`; the entry symbol's beginning.
  var symbol: String { joined(by: "_") }

  /// Such as `priceAlert`; a function.
  var function: String { module.prefix(1).lowercased() + module.dropFirst() }

  private func joined(by separator: String) -> String {
    var text = ""
    var afterLower = false
    for character in module {
      if character.isUppercase, afterLower { text += separator }
      afterLower = !character.isUppercase
      text += character.lowercased()
    }
    return text
  }
}
