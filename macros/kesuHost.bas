Option Explicit
' What only Excel on Windows can do. Whatever is missing elsewhere (WPS, LibreOffice, a Mac) is simply not done.

Public Function kesuMayNumber(ByVal book As Object) As Boolean
    ' Not in a copy that somebody else may be writing as well.
    Dim closed As Boolean, together As Boolean
    On Error Resume Next
    closed = book.ReadOnly
    together = book.MultiUserEditing
    If LCase$(Left$(book.FullName, 4)) = "http" Then together = True
    kesuMayNumber = Not closed And Not together
End Function

Public Function kesuPcGet(ByVal book As Object, ByVal key As String) As String
    ' What this PC remembers for a workbook of that name, though it was closed without saving or brought back.
    On Error Resume Next
    kesuPcGet = GetSetting("kesu", book.Name, key, "")
End Function

Public Sub kesuPcKeep(ByVal book As Object, ByVal key As String, ByVal text As String)
    On Error Resume Next
    SaveSetting "kesu", book.Name, key, text
End Sub

Public Sub kesuUndoable(ByVal caption As String, ByVal macro As String)
    On Error Resume Next
    Application.OnUndo caption, macro
End Sub

Public Sub kesuShowMenu(ByVal book As Object)
    ' The buttons again, in the context menu of cells and as keys: for workbooks that have no buttons.
    Dim bar As Variant, item As Object, i As Long, parts() As String
    On Error Resume Next
    kesuHideMenu
    For i = 0 To 3
        parts = Split(kesuMenu(i), "|")
        Application.OnKey parts(2), "'" & book.Name & "'!" & parts(1)
        For Each bar In Array("Cell", "List Range Popup")
            Set item = Application.CommandBars(bar).Controls.Add(Type:=1, Temporary:=True)
            item.Caption = "客诉：" & parts(0)
            item.OnAction = "'" & book.Name & "'!" & parts(1)
            item.Tag = "kesu"
            item.BeginGroup = (i = 0)
        Next bar
    Next i
End Sub

Public Sub kesuHideMenu()
    Dim bar As Variant, i As Long
    On Error Resume Next
    For i = 0 To 3
        Application.OnKey Split(kesuMenu(i), "|")(2)
    Next i
    For Each bar In Array("Cell", "List Range Popup")
        For i = Application.CommandBars(bar).Controls.Count To 1 Step -1
            If Application.CommandBars(bar).Controls(i).Tag = "kesu" Then Application.CommandBars(bar).Controls(i).Delete
        Next i
    Next bar
End Sub

Public Sub kesuTell(ByVal text As String)
    ' A message box shows about a thousand signs and cuts off the rest without a sign.
    If Len(text) > 900 Then text = Left$(text, 899) & ChrW(&H2026)
    MsgBox text, vbInformation, "客诉"
End Sub

Public Function kesuCommand(ByVal folder As String) As String
    ' How to call kesu: beside the workbook, or on the path; nothing when it is not installed.
    Dim runner As Object, beside As String
    On Error Resume Next
    beside = folder & "\.venv\Scripts\kesu.exe"
    If Dir(beside) <> "" Then
        kesuCommand = beside
        Exit Function
    End If
    Set runner = CreateObject("WScript.Shell")
    If runner Is Nothing Then Exit Function
    If runner.Run("cmd /c where kesu", 0, True) = 0 Then
        If Err.Number = 0 Then kesuCommand = "kesu"
    End If
End Function

Public Sub kesuSaveFirst(ByVal book As Object)
    If Not book.Saved And Not book.ReadOnly Then book.Save
End Sub

Public Sub kesuStart(ByVal command As String, ByVal path As String)
    ' In a window of its own that stays, so that what kesu says can be read.
    Shell "cmd.exe /k """"" & command & """ run """ & path & """""", vbNormalFocus
End Sub

Public Sub kesuPrintSheet(ByVal sheet As Object)
    sheet.PrintPreview
End Sub
