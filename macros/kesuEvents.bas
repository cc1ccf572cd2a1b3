Option Explicit
' What happens while people type: the row is numbered when it is complete, and what is wrong with it stands in the status
' bar. Nothing asks, nothing beeps, no cell but an empty number is written: undo works as ever.

Private Const MOST_ROWS As Long = 200
Private Const MOST_TO_NUMBER As Long = 2000
Private Const MOST_COLUMNS As Long = 40

Private busy As Boolean
Private shownRow As Long
Private shownSheet As String
Private stampedSheet As String
Private stampedCell As String
Private stampedValue As Double
Private usable As Long
Private lastSaid As String

Private Function Works() As Boolean
    ' On a PC that is not set to Chinese the text of macros is not what was written: then they keep still.
    If usable = 0 Then
        usable = 2
        If kesuCode("编") = 32534 Then usable = 1
    End If
    Works = (usable = 1) And Not busy
End Function

Public Sub kesuOpened(ByVal book As Object)
    On Error GoTo Failed
    If Not Works() Then Exit Sub
    kesuForgetWaiting
    kesuForgetLists
    LeaveUnnumbered book
    kesuShowMenu book
Failed:
End Sub

Public Sub kesuSaving(ByVal book As Object)
    ' What is saved without a number is kesu's to number from now on.
    On Error GoTo Failed
    If Works() Then LeaveUnnumbered book
Failed:
End Sub

Private Sub LeaveUnnumbered(ByVal book As Object)
    Dim sheet As Object
    Set sheet = kesuRegister(book)
    If Not sheet Is Nothing Then kesuLeaveToKesu sheet
End Sub

Public Sub kesuChanged(ByVal sheet As Object, ByVal target As Object)
    Dim events As Boolean, register As Object
    If Not Works() Then Exit Sub
    On Error GoTo Failed
    events = Application.EnableEvents
    busy = True
    If sheet.Name = "字典" Or sheet.Name = kesuSheetOf("人员") Then kesuForgetLists
    Set register = kesuRegister(sheet.Parent)
    If Not register Is Nothing Then
        If register.Name = sheet.Name Then LookAt sheet, target
    End If
    Application.EnableEvents = events
    busy = False
    Exit Sub
Failed:
    Trouble Err.Number & " " & Err.Description
    Application.EnableEvents = events
    busy = False
End Sub

Private Sub LookAt(ByVal sheet As Object, ByVal target As Object)
    ' Number and check the rows of a change: pasted blocks, several areas, filtered and sorted lists alike.
    Dim area As Object, row As Long, first As Long, last As Long, bottom As Long, n As Long, at As Long
    Dim moment As Double, numbered As String, told As String, one As String
    moment = CDbl(Now)
    bottom = kesuLastRow(sheet)
    For Each area In target.Areas
        first = area.Row
        last = area.Row + area.Rows.Count - 1
        If first <= kesuHeaderRow Then first = kesuHeaderRow + 1
        If last > bottom Then last = bottom
        For row = first To last
            n = n + 1
            If n > MOST_TO_NUMBER Then Exit For
            kesuRead sheet, row
            If kesuHolds() Then
                Application.EnableEvents = False
                one = ""
                ' Whole rows that move up or down wipe out no number.
                If Touches(area, "编号") And Not kesuFilled("编号") And area.Columns.Count < MOST_COLUMNS Then
                    If kesuPutBack(sheet, row) <> "" Then numbered = "编号一经给出不改，已放回。  "
                Else
                    one = kesuGiveNumber(sheet, row, moment)
                End If
                If one <> "" And numbered = "" Then numbered = "已编号 " & one & "  "
                If n <= MOST_ROWS And told = "" Then
                    told = kesuInWords(sheet, row, kesuRowProblems(sheet, row, moment), area.Column)
                    at = row
                End If
            End If
        Next row
    Next area
    If n > 0 Then Show numbered & told, at
End Sub

Private Function Touches(ByVal area As Object, ByVal head As String) As Boolean
    Dim column As Long
    column = kesuColumn(head)
    Touches = column >= area.Column And column < area.Column + area.Columns.Count
End Function

Private Sub Trouble(ByVal reason As String)
    ' Protected sheets and the like: said once, in the status bar.
    lastSaid = reason
    On Error Resume Next
    Application.StatusBar = "客诉宏没能处理这一格（" & reason & "），请照常填写，kesu 会再检查"
End Sub

Public Sub kesuSelected(ByVal sheet As Object, ByVal target As Object)
    ' What is wrong with the row one goes to.
    Dim register As Object
    If Not Works() Then Exit Sub
    On Error GoTo Failed
    If target.Row = shownRow And sheet.Name = shownSheet Then Exit Sub
    Set register = kesuRegister(sheet.Parent)
    If Not register Is Nothing Then
        If register.Name = sheet.Name And target.Row > kesuHeaderRow Then
            Show kesuInWords(sheet, target.Row, kesuRowProblems(sheet, target.Row, CDbl(Now)), target.Column), target.Row
            shownSheet = sheet.Name
            Exit Sub
        End If
    End If
    If shownRow > 0 Then Show "", 0
Failed:
End Sub

Public Function kesuInWords(ByVal sheet As Object, ByVal row As Long, ByVal problems As String, ByVal column As Long) As String
    ' The problems of a row in one line, those of the column just typed in first.
    Dim every() As String, parts() As String, i As Long, here As String, others As String, n As Long, part As String
    If problems = "" Then Exit Function
    every = Split(problems, vbLf)
    For i = 0 To UBound(every)
        If every(i) <> "" Then
            parts = Split(every(i), vbTab)
            part = kesuAddress(sheet, row, parts(1)) & " " & parts(2) & " [" & parts(0) & "]  "
            n = n + 1
            If kesuColumn(parts(1)) = column Then here = here & part Else others = others & part
        End If
    Next i
    kesuInWords = "第 " & row & " 行 " & n & " 处：" & here & others
End Function

Public Function kesuAddress(ByVal sheet As Object, ByVal row As Long, ByVal head As String) As String
    ' A cell as findings name it.
    kesuAddress = Replace(sheet.Cells(row, kesuColumn(head)).Address, "$", "")
End Function

Private Sub Show(ByVal text As String, ByVal row As Long)
    shownRow = row
    lastSaid = text
    If text = "" Then
        Application.StatusBar = False
    Else
        If Len(text) > 240 Then text = Left$(text, 239) & ChrW(&H2026)
        Application.StatusBar = text
    End If
End Sub

Public Sub kesuLeft()
    On Error Resume Next
    shownRow = 0
    Application.StatusBar = False
    kesuHideMenu
End Sub

Public Function kesuStamp(ByVal sheet As Object, ByVal target As Object) As Boolean
    ' A double click into an empty time or date of ours to type puts the present one there. True when it did.
    Dim column As Long, i As Long, moment As Double, table As String
    If Not Works() Then Exit Function
    On Error GoTo Failed
    If target.Cells.Count <> 1 Then Exit Function
    table = kesuTableOn(sheet.Name)
    If table = "" Then Exit Function
    If Not kesuPlace(sheet, table) Then Exit Function
    If target.Row <= kesuHeaderRow Then Exit Function
    column = target.Column
    For i = 0 To UBound(kesuNames)
        If kesuAt(i) = column And Not kesuOurs(i) And Not kesuHas(kesuAhead(), kesuNames(i)) Then
            If kesuKinds(i) = "TIME" Or kesuKinds(i) = "DATE" Then
                If kesuTrimmed(kesuShown(target.Value)) <> "" Then Exit Function
                moment = CDbl(Now)
                moment = Int(moment * 1440# + 0.0001) / 1440#
                If kesuKinds(i) = "DATE" Then moment = Int(moment)
                target.Value = CDate(moment)
                stampedSheet = sheet.Name
                stampedCell = target.Address
                stampedValue = moment
                kesuStamp = True
                kesuUndoable "撤销填入时间", "kesuUndoStamp"
                Exit Function
            End If
        End If
    Next i
    Exit Function
Failed:
    Trouble Err.Number & " " & Err.Description
End Function

Public Sub kesuUndoStamp()
    Dim cell As Object
    On Error GoTo Failed
    If stampedCell = "" Then Exit Sub
    Set cell = ThisWorkbook.Worksheets(stampedSheet).Range(stampedCell)
    If Abs(CDbl(cell.Value) - stampedValue) < 0.0005 Then cell.ClearContents
    stampedCell = ""
Failed:
End Sub

Public Function kesuStatus() As String
    ' What the status bar was last told.
    kesuStatus = lastSaid
End Function

Public Function kesuProblemsOf(ByVal row As Long) As String
    ' What is wrong with a row of the register: rule, column, message, advice, divided by tabs, a line each.
    Dim sheet As Object
    Set sheet = kesuRegister(ThisWorkbook)
    If Not sheet Is Nothing Then kesuProblemsOf = kesuRowProblems(sheet, row, CDbl(Now))
End Function
