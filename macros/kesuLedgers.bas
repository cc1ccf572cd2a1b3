Option Explicit
' A case into both ledgers of pending items with the same facts, or into none (STD-12, STD-15): both are looked at before
' a cell is written, and what was written is cleared when the rest cannot be.

Private facts As Long
Private heads(1 To 40) As String
Private values(1 To 40) As Variant
Private written As Long
Private writtenTo(1 To 80) As Object

Public Function kesuBothLedgers(ByVal book As Object, ByVal moment As Double) As String
    ' Enter the case of the register's row that kesuRead has read; says what became of it.
    Dim tables() As String, i As Long, number As String, sheet As Object, trouble As String, told As String
    Dim there(0 To 1) As Long, shut(0 To 1) As Long, free(0 To 1) As Long
    number = kesuText("编号")
    NewFacts moment
    tables = Split(kesuPendingTables(), "|")
    For i = 0 To 1
        Set sheet = kesuSheetNamed(book, kesuSheetOf(tables(i)))
        trouble = trouble & Unfit(sheet, tables(i))
        If trouble = "" Then
            there(i) = RowOf(sheet, number, True)
            shut(i) = RowOf(sheet, number, False)
            free(i) = FreeRow(sheet)
        End If
    Next i
    If trouble = "" And (there(0) > 0) <> (there(1) > 0) Then trouble = FactsOfOne(book, tables, there, shut)
    If trouble = "" Then trouble = Locked(book, tables, there, free)
    If trouble <> "" Then
        kesuBothLedgers = "两本台帐要记得一样，所以都没有记：" & trouble
        Exit Function
    End If
    trouble = Entered(book, tables, there, free)
    If trouble <> "" Then
        kesuBothLedgers = "没能转入台帐，写了的已经清掉，两本都没有记：" & trouble
        Exit Function
    End If
    For i = 0 To 1
        told = told & vbLf & "“" & kesuSheetOf(tables(i)) & "”："
        If there(i) > 0 Then
            told = told & "第 " & there(i) & " 行已经有这一单"
        Else
            told = told & "已记在第 " & free(i) & " 行"
        End If
    Next i
    kesuBothLedgers = "未了事宜 " & number & told & vbLf & vbLf & _
        "还要报主管总经理认可，并在两本台帐里填“认可人”和“认可日期”（STD-13）。"
End Function

Private Sub NewFacts(ByVal moment As Double)
    Dim reason As String
    reason = kesuText("内容概要") & ChrW(&HFF08) & kesuText("未明原因") & ChrW(&HFF09)
    facts = 0
    Fact "编号", kesuText("编号")
    Fact "车牌号", kesuText("车牌号")
    Fact "客户姓名", kesuText("客户姓名")
    Fact "事由", Replace(Replace(reason, vbCr, ""), vbLf, " ")
    Fact "转入日期", CDate(Int(moment))
    Fact "负责人", kesuText("经办人")
    Fact "状态", "未了"
End Sub

Private Sub Fact(ByVal head As String, ByVal value As Variant)
    facts = facts + 1
    heads(facts) = head
    values(facts) = value
End Sub

Private Function Unfit(ByVal sheet As Object, ByVal table As String) As String
    ' Why a ledger cannot take the facts; else it is the one whose columns are known now.
    Dim i As Long, missing As String
    If sheet Is Nothing Then
        Unfit = "没有“" & kesuSheetOf(table) & "”表。"
    ElseIf Not kesuPlace(sheet, table) Then
        Unfit = "“" & sheet.Name & "”的表头不全。"
    Else
        For i = 1 To facts
            If kesuColumn(heads(i)) = 0 And Shown(values(i)) <> "" Then missing = missing & "、" & heads(i)
        Next i
        If missing <> "" Then Unfit = "“" & sheet.Name & "”没有表头 " & Mid$(missing, 2) & "。"
    End If
End Function

Private Function Shown(ByVal v As Variant) As String
    If Not IsError(v) Then Shown = kesuTrimmed(kesuShown(v))
End Function

Private Function RowOf(ByVal sheet As Object, ByVal number As String, ByVal opened As Boolean) As Long
    ' The last row of a ledger where the case stands as open (or as closed); 0 when none. kesuPlace went before.
    Dim row As Long, column As Long, state As Long
    column = kesuColumn("编号")
    state = kesuColumn("状态")
    For row = kesuLastRow(sheet) To kesuHeaderRow + 1 Step -1
        If UCase$(kesuTidy(kesuShown(sheet.Cells(row, column).Value))) = number Then
            If (kesuTidy(kesuShown(sheet.Cells(row, state).Value)) <> "已了") = opened Then
                RowOf = row
                Exit Function
            End If
        End If
    Next row
End Function

Private Function FreeRow(ByVal sheet As Object) As Long
    ' The first row below the last entry where nothing stands, not even a total or a remark.
    Dim row As Long, column As Long, filled As Boolean
    FreeRow = kesuHeaderRow + 1
    For row = kesuLastRow(sheet) To kesuHeaderRow + 1 Step -1
        kesuRead sheet, row
        If kesuHolds() Then
            FreeRow = row + 1
            Exit For
        End If
    Next row
    Do
        filled = False
        For column = 1 To kesuWidth
            If IsError(sheet.Cells(FreeRow, column).Value) Then
                filled = True
            ElseIf kesuShown(sheet.Cells(FreeRow, column).Value) <> "" Then
                filled = True
            End If
        Next column
        If filled Then FreeRow = FreeRow + 1
    Loop While filled
End Function

Private Function FactsOfOne(ByVal book As Object, ByRef tables() As String, ByRef there() As Long, ByRef shut() As Long) As String
    ' One ledger has the case already: the other one gets what stands there, unless it was closed there.
    Dim has As Long, other As Long, sheet As Object, i As Long, since As String, v As Variant, partner As Object
    has = 0
    If there(1) > 0 Then has = 1
    other = 1 - has
    Set sheet = kesuSheetNamed(book, kesuSheetOf(tables(has)))
    Set partner = kesuSheetNamed(book, kesuSheetOf(tables(other)))
    If shut(other) > 0 Then
        kesuPlace sheet, tables(has)
        since = Shown(sheet.Cells(there(has), kesuColumn("转入日期")).Value)
        kesuPlace partner, tables(other)
        If Shown(partner.Cells(shut(other), kesuColumn("转入日期")).Value) = since Then
            FactsOfOne = "这一单在“" & sheet.Name & "”第 " & there(has) & " 行是未了，在“" & partner.Name & "”第 " & shut(other) & _
                " 行是已了，请先核对改成一致。"
            Exit Function
        End If
    End If
    kesuPlace sheet, tables(has)
    facts = 0
    For i = 0 To UBound(kesuNames)
        If kesuAt(i) > 0 And kesuNames(i) <> "备注" Then
            v = sheet.Cells(there(has), kesuAt(i)).Value
            If Shown(v) <> "" Then Fact kesuNames(i), v
        End If
    Next i
    FactsOfOne = Unfit(partner, tables(other))
End Function

Private Function Locked(ByVal book As Object, ByRef tables() As String, ByRef there() As Long, ByRef free() As Long) As String
    ' Which ledger is protected so that the cells cannot be written.
    Dim i As Long, j As Long, sheet As Object
    For i = 0 To 1
        Set sheet = kesuSheetNamed(book, kesuSheetOf(tables(i)))
        If there(i) = 0 And sheet.ProtectContents Then
            kesuPlace sheet, tables(i)
            For j = 1 To facts
                If Shown(values(j)) <> "" Then
                    If sheet.Cells(free(i), kesuColumn(heads(j))).Locked Then
                        Locked = Locked & "“" & sheet.Name & "”受保护，请先撤销保护工作表。"
                        Exit For
                    End If
                End If
            Next j
        End If
    Next i
End Function

Private Function Entered(ByVal book As Object, ByRef tables() As String, ByRef there() As Long, ByRef free() As Long) As String
    ' Write the facts into the ledgers that lack the case; the reason when it failed and all was cleared.
    Dim i As Long, j As Long, sheet As Object
    written = 0
    On Error GoTo Failed
    For i = 0 To 1
        If there(i) = 0 Then
            Set sheet = kesuSheetNamed(book, kesuSheetOf(tables(i)))
            kesuPlace sheet, tables(i)
            For j = 1 To facts
                If Shown(values(j)) <> "" Then Enter sheet.Cells(free(i), kesuColumn(heads(j))), values(j)
            Next j
        End If
    Next i
    For i = 0 To 1
        If there(i) = 0 Then kesuGrow kesuSheetNamed(book, kesuSheetOf(tables(i))), free(i)
    Next i
    Exit Function
Failed:
    Entered = Err.Description
    If Entered = "" Then Entered = "错误 " & Err.Number
    TakeBack
End Function

Private Sub Enter(ByVal cell As Object, ByVal value As Variant)
    ' A text stays one, though it begins like a formula.
    written = written + 1
    Set writtenTo(written) = cell
    If VarType(value) = vbString Then
        If InStr(1, "=+-@", Left$(value, 1), vbBinaryCompare) > 0 Then value = "'" & value
    End If
    cell.Value = value
End Sub

Private Sub TakeBack()
    Dim i As Long
    On Error Resume Next
    For i = 1 To written
        writtenTo(i).ClearContents
    Next i
End Sub

Private Sub kesuGrow(ByVal sheet As Object, ByVal row As Long)
    ' A table takes in the row below it, where there are tables.
    Dim list As Object
    On Error Resume Next
    For Each list In sheet.ListObjects
        If row = list.Range.Row + list.Range.Rows.Count Then
            list.Resize sheet.Range(list.Range.Cells(1, 1), sheet.Cells(row, list.Range.Column + list.Range.Columns.Count - 1))
        End If
    Next list
End Sub
