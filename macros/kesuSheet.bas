Option Explicit
' Where a table stands on a sheet, and one of its rows as typed values. Works by headers, wherever they stand, on plain
' ranges as on tables; never changes a cell.

Private Const LAST_HEADER_ROW As Long = 60
Private Const LAST_COLUMN As Long = 250

Public kesuHeaderRow As Long
Public kesuWidth As Long
Public kesuNames() As String
Public kesuKinds() As String
Public kesuLists() As String
Public kesuOurs() As Boolean
Public kesuAt() As Long

Public kesuRowText() As String
Public kesuRowTime() As Double
Public kesuRowNumber() As Double
Public kesuRowIsNumber() As Boolean
Public kesuRowFilled() As Boolean

Private known As String
Private places As Collection
Private readSheet As Object
Private readRow As Long

Public Function kesuPlace(ByVal sheet As Object, ByVal table As String) As Boolean
    ' Find a table's headers on a sheet: which row, which column each (0 where it is missing).
    Dim top As Variant, bottom As Long, row As Long, column As Long, n As Long, best As Long, found() As Long
    Dim text As String, i As Long
    kesuDescribe table
    kesuPlace = False
    kesuHeaderRow = 0
    bottom = kesuLastRow(sheet)
    If bottom > LAST_HEADER_ROW Then bottom = LAST_HEADER_ROW
    If bottom < 2 Then bottom = 2
    kesuWidth = sheet.UsedRange.Column + sheet.UsedRange.Columns.Count - 1
    If kesuWidth > LAST_COLUMN Then kesuWidth = LAST_COLUMN
    If kesuWidth < 2 Then kesuWidth = 2
    If kesuOwnColumns(table) > 0 Then
        kesuPlace = kesuPlaceOwn(sheet, table)
        Exit Function
    End If
    kesuAsUsual
    top = sheet.Range(sheet.Cells(1, 1), sheet.Cells(bottom, kesuWidth)).Value
    For row = 1 To bottom
        ReDim found(0 To UBound(kesuNames))
        n = 0
        For column = 1 To kesuWidth
            text = ""
            If Not IsError(top(row, column)) Then text = Replace(kesuTidy(kesuShown(top(row, column))), "*", "")
            If text <> "" Then
                i = kesuIndex(text)
                If i >= 0 Then
                    If found(i) = 0 Then
                        found(i) = column
                        n = n + 1
                    End If
                End If
            End If
        Next column
        If n > best Then
            best = n
            kesuHeaderRow = row
            kesuAt = found
        End If
        If best * 2 > UBound(kesuNames) + 1 Then Exit For
    Next row
    kesuPlace = best * 2 > UBound(kesuNames)
End Function

Private Sub kesuDescribe(ByVal table As String)
    Dim rowsOf() As String, parts() As String, i As Long
    If known = table Then Exit Sub
    rowsOf = Split(kesuColumns(table), ";")
    ReDim kesuNames(0 To UBound(rowsOf))
    ReDim kesuKinds(0 To UBound(rowsOf))
    ReDim kesuLists(0 To UBound(rowsOf))
    ReDim kesuOurs(0 To UBound(rowsOf))
    For i = 0 To UBound(rowsOf)
        parts = Split(rowsOf(i), "|")
        kesuNames(i) = parts(0)
        kesuKinds(i) = parts(1)
        kesuLists(i) = parts(2)
        kesuOurs(i) = parts(3) = "1"
    Next i
    Set places = New Collection
    For i = 0 To UBound(kesuNames)
        places.Add i, kesuNames(i)
    Next i
    known = table
End Sub

Public Function kesuIndex(ByVal head As String) As Long
    ' Which column of the table has this header; -1 when none.
    On Error GoTo Unknown
    kesuIndex = places.Item(head)
    Exit Function
Unknown:
    kesuIndex = -1
End Function

Public Function kesuColumn(ByVal head As String) As Long
    ' The sheet's column of a header; 0 when the sheet lacks it.
    Dim i As Long
    i = kesuIndex(head)
    If i >= 0 Then kesuColumn = kesuAt(i)
End Function

Public Function kesuLastRow(ByVal sheet As Object) As Long
    ' The last row in use; filters and hidden rows do not matter, as they would to End(xlUp).
    kesuLastRow = sheet.UsedRange.Row + sheet.UsedRange.Rows.Count - 1
End Function

Public Sub kesuRead(ByVal sheet As Object, ByVal row As Long)
    ' One row: text, time and number of every column, and whether there is anything in it.
    Dim area As Variant, i As Long, v As Variant, last As Long, text As String
    last = UBound(kesuNames)
    Set readSheet = sheet
    readRow = row
    ReDim kesuRowText(0 To last)
    ReDim kesuRowTime(0 To last)
    ReDim kesuRowNumber(0 To last)
    ReDim kesuRowIsNumber(0 To last)
    ReDim kesuRowFilled(0 To last)
    area = sheet.Range(sheet.Cells(row, 1), sheet.Cells(row, kesuWidth)).Value
    For i = 0 To last
        If kesuAt(i) > 0 Then
            v = area(1, kesuAt(i))
            text = ""
            If Not IsEmpty(v) Then text = kesuShown(v)
            If text <> "" Then
                kesuRowText(i) = kesuSpelt(text, kesuKinds(i), kesuLists(i))
                kesuRowFilled(i) = kesuRowText(i) <> ""
                If Not kesuRowFilled(i) Then kesuRowFilled(i) = kesuTrimmed(text) <> ""
            End If
            If kesuKinds(i) = "TIME" Or kesuKinds(i) = "DATE" Then
                kesuRowTime(i) = kesuTimeOf(v)
            ElseIf kesuKinds(i) = "NUMBER" Or kesuKinds(i) = "MONEY" Then
                If kesuIsPlainNumber(v) Then
                    kesuRowNumber(i) = CDbl(v)
                    kesuRowIsNumber(i) = True
                End If
            End If
        End If
    Next i
End Sub

Public Function kesuSpelt(ByVal text As String, ByVal kind As String, ByVal list As String) As String
    ' A cell's text as it is compared.
    Dim i As Long, one As String, out As String
    If kind = "PERSON" And list = "" Then
        kesuSpelt = kesuSpaced(text)
    ElseIf list <> "" Or InStr("|PHONE|PLATE|VIN|TICKET|", "|" & kind & "|") > 0 Then
        text = kesuTidy(text)
        If kind = "PLATE" Or kind = "VIN" Or kind = "TICKET" Then text = UCase$(text)
        If kind = "PLATE" Then
            For i = 1 To Len(text)
                one = Mid$(text, i, 1)
                If InStr(1, kesuDividers(), one, vbBinaryCompare) = 0 Then out = out & one
            Next i
            text = out
        End If
        kesuSpelt = text
    Else
        kesuSpelt = kesuTrimmed(text)
    End If
End Function

Private Function kesuDividers() As String
    ' What people put after the first two signs of a plate.
    kesuDividers = ChrW(&HB7) & ChrW(&H2022) & ChrW(&H30FB) & ".-"
End Function

Private Function kesuIsPlainNumber(ByVal v As Variant) As Boolean
    Select Case VarType(v)
    Case vbInteger, vbLong, vbSingle, vbDouble, vbCurrency, 14, 20
        kesuIsPlainNumber = True
    End Select
End Function

Public Function kesuTimeOf(ByVal v As Variant) As Double
    ' A cell's time as a serial number, to the second; 0 when it is none, or text that only kesu can read.
    Dim days As Double
    If VarType(v) = vbDate Then
        days = CDbl(v)
    ElseIf kesuIsPlainNumber(v) Then
        days = CDbl(v)
        If days < 32874 Then days = 0
    End If
    If days >= 7306 And days < 73051 Then kesuTimeOf = Int(days * 86400# + 0.5) / 86400#
End Function

Public Function kesuClock(ByVal t As Double) As String
    ' A time as messages show it.
    kesuClock = Format$(CDate(t), "yyyy-mm-dd hh:mm")
End Function

Public Function kesuText(ByVal head As String) As String
    kesuText = kesuRowText(kesuIndex(head))
End Function

Public Function kesuTime(ByVal head As String) As Double
    kesuTime = kesuRowTime(kesuIndex(head))
End Function

Public Function kesuFilled(ByVal head As String) As Boolean
    kesuFilled = kesuRowFilled(kesuIndex(head))
End Function

Public Function kesuHolds() As Boolean
    ' Whether the row that was read has anything in it.
    Dim i As Long
    If kesuOwn Then
        kesuHolds = kesuOwnRecord(readSheet, readRow)
        Exit Function
    End If
    For i = 0 To UBound(kesuRowFilled)
        If kesuRowFilled(i) Then
            kesuHolds = Not kesuHas("合计|汇总|总计|小计|total", LCase$(kesuTrimmed(kesuRowText(i))))
            Exit Function
        End If
    Next i
End Function

Public Function kesuFirstColumn(ByVal book As Object, ByVal sheetName As String, ByVal header As String) As String
    ' Every different value below a header of another sheet, divided by bars; nothing when it is not there.
    Dim sheet As Object, area As Variant, bottom As Long, edge As Long, row As Long, column As Long, i As Long
    Dim word As String, out As String, filled As Long
    Set sheet = kesuSheetNamed(book, sheetName)
    If sheet Is Nothing Then Exit Function
    bottom = kesuLastRow(sheet)
    edge = sheet.UsedRange.Column + sheet.UsedRange.Columns.Count - 1
    If bottom < 2 Or edge < 2 Then Exit Function
    area = sheet.Range(sheet.Cells(1, 1), sheet.Cells(bottom, edge)).Value
    For row = 1 To bottom
        If row > 20 Then Exit Function
        filled = 0
        column = 0
        For i = 1 To edge
            word = Replace(kesuTidy(kesuShown(area(row, i))), "*", "")
            If word <> "" Then filled = filled + 1
            If word = header And column = 0 Then column = i
        Next i
        If filled >= 2 And column > 0 Then Exit For
        column = 0
    Next row
    If column = 0 Then Exit Function
    For i = row + 1 To bottom
        word = kesuTidy(kesuShown(area(i, column)))
        If word <> "" And Not kesuHas(out, word) Then
            If out <> "" Then out = out & "|"
            out = out & word
        End If
    Next i
    kesuFirstColumn = out
End Function

Public Function kesuSheetNamed(ByVal book As Object, ByVal head As String) As Object
    Dim one As Object
    Set kesuSheetNamed = Nothing
    For Each one In book.Worksheets
        If one.Name = head Then
            Set kesuSheetNamed = one
            Exit Function
        End If
    Next one
End Function

Public Function kesuRegister(ByVal book As Object) As Object
    ' The register, found and described: by its name, else, where the headers are the contract's, by them. Nothing when
    ' there is none.
    Dim one As Object
    Set kesuRegister = kesuSheetNamed(book, kesuSheetOf(kesuRegisterTable()))
    If Not kesuRegister Is Nothing Then
        If Not kesuPlace(kesuRegister, kesuRegisterTable()) Then Set kesuRegister = Nothing
        Exit Function
    End If
    If kesuOwnColumns(kesuRegisterTable()) > 0 Then Exit Function
    For Each one In book.Worksheets
        If kesuPlace(one, kesuRegisterTable()) Then
            Set kesuRegister = one
            Exit Function
        End If
    Next one
End Function
