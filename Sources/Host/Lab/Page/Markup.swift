/// Text in HTML.
enum Markup {
  /// `text` with what HTML would read as its own written out.
  static func text(_ text: String) -> String {
    var out = ""
    for character in text {
      switch character {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"": out += "&quot;"
      default: out.append(character)
      }
    }
    return out
  }

  /// A table; cells are HTML already, and all columns but the first are numbers unless `isText`.
  static func table(_ heads: [String], _ rows: [[String]], isText: Bool = false) -> String {
    let head = heads.map { "<th>\($0)</th>" }.joined()
    let body = rows.map { row in "<tr>\(row.map { "<td>\($0)</td>" }.joined())</tr>" }
    let kind = isText ? "" : " class=\"numbers\""
    return "<table\(kind)><thead><tr>\(head)</tr></thead><tbody>\(body.joined(separator: "\n"))"
      + "</tbody></table>\n"
  }
}
