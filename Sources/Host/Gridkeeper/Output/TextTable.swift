/// Rows of cells in aligned columns.
struct TextTable {
  /// A cell's text and how it is painted, which does not count for the width.
  struct Cell {
    let text: String
    let paint: (String) -> String

    init(_ text: String, _ paint: @escaping (String) -> String = { $0 }) {
      self.text = text
      self.paint = paint
    }
  }

  let header: [String]
  private(set) var rows: [[Cell]] = []

  init(_ header: [String]) { self.header = header }

  mutating func add(_ row: [Cell]) { rows.append(row) }

  /// The table with lines cut at `columns`.
  func text(style: TextStyle, columns: Int = .max) -> String {
    let widths = header.indices.map { column in
      ([header[column]] + rows.map { $0[column].text }).map(\.count).max() ?? 0
    }
    let head = header.enumerated().map { style.faint(pad($1, widths[$0])) }
    let lines = rows.map { row in
      var used = 0
      return row.enumerated().map { column, cell in
        let room = max(0, columns - used)
        used += widths[column] + 2
        let shown =
          cell.text.count > room ? String(cell.text.prefix(max(0, room - 1))) + "…" : cell.text
        let last = column == row.count - 1
        return cell.paint(shown) + (last ? "" : spaces(widths[column] - shown.count))
      }
    }
    return ([head] + lines).map { $0.joined(separator: "  ") }.joined(separator: "\n")
  }

  private func pad(_ text: String, _ width: Int) -> String { text + spaces(width - text.count) }

  private func spaces(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }
}
