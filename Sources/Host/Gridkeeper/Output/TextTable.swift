/// Rows of cells in aligned columns. A column in which nothing stands is left out.
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

  /// What the last column gets before other columns are left out for it.
  private static let roomForText = 16

  let header: [String]
  /// Columns that go, in this order, when lines would become too long.
  let expendable: [String]
  private(set) var rows: [[Cell]] = []

  init(_ header: [String], expendable: [String] = []) {
    self.header = header
    self.expendable = expendable
  }

  mutating func add(_ row: [Cell]) { rows.append(row) }

  /// The table with lines of at most `columns`, cut where leaving columns out is not enough.
  func text(style: TextStyle, columns: Int = .max) -> String {
    let widths = header.indices.map { column in
      ([header[column]] + rows.map { $0[column].text }).map(\.count).max() ?? 0
    }
    let shown = fitting(widths, columns)
    let head = header.map { Cell($0, style.faint) }
    return ([head] + rows).map { line($0, shown, widths, columns) }.joined(separator: "\n")
  }

  private func fitting(_ widths: [Int], _ columns: Int) -> [Int] {
    var shown = header.indices.filter { column in
      rows.isEmpty || rows.contains { !$0[column].text.isEmpty }
    }
    for name in expendable where wanted(shown, widths) > columns {
      shown.removeAll { header[$0] == name }
    }
    return shown
  }

  private func wanted(_ shown: [Int], _ widths: [Int]) -> Int {
    shown.reduce(-2) { sum, column in
      let isText = column == header.count - 1
      return sum + 2 + (isText ? min(widths[column], Self.roomForText) : widths[column])
    }
  }

  private func line(_ cells: [Cell], _ shown: [Int], _ widths: [Int], _ columns: Int) -> String {
    var text = ""
    var used = 0
    var gap = 0
    for column in shown {
      let cell = cells[column]
      let room = columns - used - gap
      guard room > 0 else { break }
      if !cell.text.isEmpty {
        let cut = cell.text.count > room ? String(cell.text.prefix(room - 1)) + "…" : cell.text
        text += String(repeating: " ", count: gap) + cell.paint(cut)
        used += gap + cut.count
        gap = 0
      }
      gap += widths[column] - min(cell.text.count, widths[column]) + 2
    }
    return text
  }
}
