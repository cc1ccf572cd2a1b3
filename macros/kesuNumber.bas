Option Explicit
' Numbers given while the workbook is open in Excel (STD-03). kesu gives numbers too, from the saved file, and may have
' promised one that it could not write yet. So that no number is ever given twice:
' - these come from a block of each day that kesu never uses (kesuFirstCount to kesuLastCount);
' - a row that was on the disk without a number is left to kesu, which knows it by its time of receipt;
' - the highest number given is kept in the workbook (hidden names) and on this PC: deleting rows frees none;
' - nobody gives numbers in a read-only or co-authored workbook.

Private waiting As Collection
Private given As Collection
Private waitingRead As Boolean
Private waitingText As Boolean

Public Sub kesuForgetWaiting()
    waitingRead = False
    waitingText = False
    Set waiting = New Collection
    Set given = New Collection
End Sub

Public Sub kesuLeaveToKesu(ByVal sheet As Object)
    ' Whatever has no number now is, or is about to be, on the disk without one. kesuPlace went before.
    Dim area As Variant, row As Long, bottom As Long, number As Long, received As Long, text As String
    If waiting Is Nothing Then kesuForgetWaiting
    waitingRead = True
    number = kesuColumn("编号")
    received = kesuColumn("接收时间")
    bottom = kesuLastRow(sheet)
    If number = 0 Or received = 0 Or bottom <= kesuHeaderRow Then Exit Sub
    area = sheet.Range(sheet.Cells(kesuHeaderRow, 1), sheet.Cells(bottom, kesuWidth)).Value
    For row = 2 To UBound(area, 1)
        text = kesuTidy(kesuShown(area(row, number)))
        If text = "" Then
            If Not IsNoCase(sheet, kesuHeaderRow + row - 1, area(row, received)) Then kesuWait area(row, received)
        ElseIf kesuTimeOf(area(row, received)) > 0 Then
            Remember kesuTimeOf(area(row, received)), text
        End If
    Next row
End Sub

Private Function IsNoCase(ByVal sheet As Object, ByVal row As Long, ByVal received As Variant) As Boolean
    ' History, or a heading of the dealership's own, says nothing of the times of cases to number.
    If Not (kesuOwn Or kesuSince() > 0) Then Exit Function
    If kesuTimeOf(received) > 0 Or kesuTrimmed(kesuShown(received)) = "" Then Exit Function
    If kesuDayIn(received) > 0 And kesuDayIn(received) < kesuSince() Then IsNoCase = True
    If kesuOwn And Not IsNoCase Then IsNoCase = Not kesuOwnRecord(sheet, row)
End Function

Public Sub kesuWait(ByVal received As Variant)
    ' A time of receipt whose row belongs to kesu. Text that only kesu can read may be any time: then all do.
    Dim t As Double
    If IsError(received) Then
        waitingText = True
        Exit Sub
    End If
    If kesuTrimmed(kesuShown(received)) = "" Then Exit Sub
    t = kesuTimeOf(received)
    If t = 0 Then
        waitingText = True
    Else
        On Error Resume Next
        waiting.Add True, kesuMoment(t)
        On Error GoTo 0
    End If
End Sub

Private Function kesuMoment(ByVal t As Double) As String
    kesuMoment = "t" & Format$(t * 86400#, "0")
End Function

Private Function IsWaiting(ByVal t As Double) As Boolean
    Dim it As Variant
    On Error Resume Next
    it = False
    it = waiting.Item(kesuMoment(t))
    IsWaiting = (it = True)
End Function

Private Sub Remember(ByVal t As Double, ByVal number As String)
    ' Which numbers cases of that minute have had since the workbook was opened.
    Dim known As String
    On Error Resume Next
    known = given.Item(kesuMoment(t))
    If kesuHas(known, number) Then Exit Sub
    If known <> "" Then given.Remove kesuMoment(t)
    given.Add known & "|" & number, kesuMoment(t)
End Sub

Public Function kesuPutBack(ByVal sheet As Object, ByVal row As Long) As String
    ' The number that was just wiped out of the row that kesuRead has read, if it is known whose it was; else the row is
    ' kesu's. A copied row whose number stands elsewhere is rid of it.
    Dim known As String, numbers() As String, i As Long, text As String, area As Variant
    If Not waitingRead Then kesuLeaveToKesu sheet
    On Error Resume Next
    If kesuTime("接收时间") > 0 Then known = given.Item(kesuMoment(kesuTime("接收时间")))
    On Error GoTo 0
    area = sheet.Range(sheet.Cells(kesuHeaderRow, kesuColumn("编号")), sheet.Cells(kesuLastRow(sheet), kesuColumn("编号"))).Value
    For i = 2 To UBound(area, 1)
        text = kesuTidy(kesuShown(area(i, 1)))
        If text <> "" And kesuHas(known, text) Then known = Replace(known & "|", "|" & text & "|", "|")
    Next i
    numbers = Split(kesuSorted(known), "|")
    For i = 0 To UBound(numbers)
        If numbers(i) <> "" Then
            If kesuPutBack <> "" Then
                kesuPutBack = ""
                Exit For
            End If
            kesuPutBack = numbers(i)
        End If
    Next i
    If kesuPutBack <> "" Then
        sheet.Cells(row, kesuColumn("编号")).Value = kesuPutBack
    ElseIf kesuColumn("接收时间") > 0 Then
        kesuWait sheet.Cells(row, kesuColumn("接收时间")).Value
    End If
End Function

Public Function kesuGiveNumber(ByVal sheet As Object, ByVal row As Long, ByVal moment As Double) As String
    ' Number the row that kesuRead has read, if it is complete; nothing when it is not, or is not ours to number.
    Dim received As Double, prefix As String, count As Long, number As String
    If Not waitingRead Then kesuLeaveToKesu sheet
    If kesuColumn("编号") = 0 Or kesuColumn("编号时间") = 0 Then Exit Function
    If kesuFilled("编号") Or waitingText Then Exit Function
    received = kesuTime("接收时间")
    If received = 0 Or received > moment Or received < kesuSince() Then Exit Function
    If IsWaiting(received) Or Not Complete() Then Exit Function
    If Not kesuMayNumber(sheet.Parent) Then Exit Function
    prefix = "FK" & Format$(CDate(received), "yyyymmdd") & "-"
    count = Highest(sheet, prefix)
    If kesuKept(sheet.Parent, prefix) > count Then count = kesuKept(sheet.Parent, prefix)
    If kesuKeptHere(sheet.Parent, prefix) > count Then count = kesuKeptHere(sheet.Parent, prefix)
    If count < kesuFirstCount - 1 Then count = kesuFirstCount - 1
    count = count + 1
    If count > kesuLastCount Then Exit Function
    number = prefix & Format$(count, "000")
    If Not kesuKeep(sheet.Parent, prefix, count) Then Exit Function
    kesuKeepHere sheet.Parent, prefix, count
    sheet.Cells(row, kesuColumn("编号")).Value = number
    sheet.Cells(row, kesuColumn("编号时间")).Value = CDate(Int(moment * 1440# + 0.0001) / 1440#)
    Remember received, number
    kesuGiveNumber = number
End Function

Private Function Complete() As Boolean
    ' Everything that the first stage asks for is there.
    Dim heads() As String, i As Long
    heads = Split(Split(Split(kesuRequired(), ";")(0), "|")(3), ",")
    For i = 0 To UBound(heads)
        If kesuColumn(heads(i)) > 0 And Not kesuFilled(heads(i)) Then Exit Function
    Next i
    Complete = True
End Function

Private Function Highest(ByVal sheet As Object, ByVal prefix As String) As Long
    ' The highest count of the day in our block of the register.
    Dim area As Variant, row As Long, bottom As Long, text As String, count As Long, column As Long
    column = kesuColumn("编号")
    bottom = kesuLastRow(sheet)
    area = sheet.Range(sheet.Cells(kesuHeaderRow, column), sheet.Cells(bottom, column)).Value
    For row = 2 To UBound(area, 1)
        text = UCase$(kesuTidy(kesuShown(area(row, 1))))
        If Left$(text, 11) = prefix And Len(text) < 20 Then
            If kesuOf(Mid$(text, 12), "0123456789") And Len(text) > 13 Then
                count = CLng(Left$(Mid$(text, 12), 8))
                If count >= kesuFirstCount And count <= kesuLastCount And count > Highest Then Highest = count
            End If
        End If
    Next row
End Function

Public Function kesuDayOf(ByVal number As String) As Double
    ' The day of a well-formed number, as a serial number; 0 when it is none.
    Dim y As Long, m As Long, d As Long
    If Left$(number, 2) <> "FK" Or Mid$(number, 11, 1) <> "-" Or Len(number) < 14 Then Exit Function
    If Not kesuOf(Mid$(number, 3, 8), "0123456789") Or Not kesuOf(Mid$(number, 12), "0123456789") Then Exit Function
    y = CLng(Mid$(number, 3, 4))
    m = CLng(Mid$(number, 7, 2))
    d = CLng(Mid$(number, 9, 2))
    If y < 1000 Or m < 1 Or m > 12 Or d < 1 Or d > 31 Then Exit Function
    If Month(DateSerial(y, m, d)) <> m Then Exit Function
    kesuDayOf = CDbl(DateSerial(y, m, d))
End Function

Private Function kesuKept(ByVal book As Object, ByVal prefix As String) As Long
    ' The highest count that the workbook remembers for a day.
    kesuKept = CountIn(Stored(book, prefix), prefix)
End Function

Private Function CountIn(ByVal kept As String, ByVal prefix As String) As Long
    Dim days() As String, i As Long
    days = Split(kept, ";")
    For i = 0 To UBound(days)
        If Left$(days(i), 3) = Mid$(prefix, 9, 2) & ":" Then CountIn = CLng(Mid$(days(i), 4))
    Next i
End Function

Private Function NameOf(ByVal prefix As String) As String
    ' One hidden name a month.
    NameOf = "kesu_numbers_" & Mid$(prefix, 3, 6)
End Function

Private Function Stored(ByVal book As Object, ByVal prefix As String) As String
    Dim one As Object, text As String
    For Each one In book.Names
        If one.Name = NameOf(prefix) Then
            text = one.RefersTo
            Stored = Mid$(text, 3, Len(text) - 3)
            Exit Function
        End If
    Next one
End Function

Private Function kesuKeep(ByVal book As Object, ByVal prefix As String, ByVal count As Long) As Boolean
    ' Remember the count; false when that is impossible.
    Dim text As String
    text = WithCount(Stored(book, prefix), prefix, count)
    book.Names.Add Name:=NameOf(prefix), RefersTo:="=""" & text & """", Visible:=False
    kesuKeep = kesuKept(book, prefix) = count
End Function

Public Function WithCount(ByVal kept As String, ByVal prefix As String, ByVal count As Long) As String
    Dim days() As String, i As Long, out As String
    days = Split(kept, ";")
    For i = 0 To UBound(days)
        If days(i) <> "" And Left$(days(i), 3) <> Mid$(prefix, 9, 2) & ":" Then out = out & days(i) & ";"
    Next i
    WithCount = out & Mid$(prefix, 9, 2) & ":" & count
End Function

Private Function kesuKeptHere(ByVal book As Object, ByVal prefix As String) As Long
    kesuKeptHere = CountIn(kesuPcGet(book, NameOf(prefix)), prefix)
End Function

Private Sub kesuKeepHere(ByVal book As Object, ByVal prefix As String, ByVal count As Long)
    kesuPcKeep book, NameOf(prefix), WithCount(kesuPcGet(book, NameOf(prefix)), prefix, count)
End Sub
